//! The services besides Amazon Connect and CloudFormation.

pub mod secrets;
