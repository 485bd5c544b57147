//! The services besides Amazon Connect and CloudFormation, as far as a contact center needs them.
//!
//! A service is a function from an operation's name and input to its output, all in the shapes of the service model
//! as JSON; [`crate::dispatch`] puts it on the wire. Resource handlers call the same functions, so that a resource made
//! by a stack and one made by a client obey the same rules.

pub mod athena;
pub(crate) mod carrying;
pub mod cloudcontrol;
pub mod dynamodb;
pub mod events;
pub mod firehose;
pub mod glue;
pub mod iam;
pub mod kinesis;
pub mod kms;
pub mod lambda;
pub mod logs;
pub mod s3;
pub mod secrets;
pub mod secretsmanager;
pub mod servicequotas;
pub mod sns;
pub mod sqs;
pub mod ssm;
pub mod sts;
pub(crate) mod table;
pub(crate) mod timing;
