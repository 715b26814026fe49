//! Time limits, delays, settling, limits, and runs that end early.
