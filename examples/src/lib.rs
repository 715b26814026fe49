//! Programs that show dojobber at work: the `[[example]]` targets of this package.
