//! What there is to do about the garden. A program that has one writes `use garden_jobs as _;` and nothing more.

pub mod beds;
pub mod shed;
