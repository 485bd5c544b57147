//! What functions can see: parameters, pseudo parameters, mappings, conditions, exports and resources.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::AwsError;

/// What is known about resources while a template's functions are carried out.
pub(crate) trait Resources {
    /// What `Ref` of a resource is; `None` where that is not known yet.
    fn reference(&self, logical_id: &str) -> Result<Option<Value>, AwsError>;
    /// What `Fn::GetAtt` is; `None` where that is not known yet.
    fn attribute(&self, logical_id: &str, attribute: &str) -> Result<Option<Value>, AwsError>;
    /// The value of another stack's export; `None` where there is no such export.
    fn export(&self, name: &str) -> Result<Option<String>, AwsError>;
}

/// Everything functions can see.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// What `Ref` of each parameter and pseudo parameter is.
    pub(crate) parameters: &'a BTreeMap<String, Value>,
    /// The template's mappings.
    pub(crate) mappings: &'a Map<String, Value>,
    /// The conditions as they came out.
    pub(crate) conditions: &'a BTreeMap<String, bool>,
    /// Resources and exports.
    pub(crate) resources: &'a dyn Resources,
    /// The functions of `AWS::LanguageExtensions` are allowed.
    pub(crate) extensions: bool,
}

/// Names that stacks give to what is around them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings<'a> {
    /// AWS account.
    pub(crate) account: &'a str,
    /// AWS region.
    pub(crate) region: &'a str,
    /// The stack's name.
    pub(crate) stack_name: &'a str,
    /// The stack's id.
    pub(crate) stack_id: &'a str,
    /// The stack's notification ARNs.
    pub(crate) notification_arns: &'a [String],
}

impl Surroundings<'_> {
    /// The pseudo parameters.
    pub(crate) fn pseudo_parameters(&self) -> BTreeMap<String, Value> {
        let values: [(&str, Value); 7] = [
            ("AWS::AccountId", self.account.into()),
            ("AWS::NotificationARNs", self.notification_arns.into()),
            ("AWS::Partition", "aws".into()),
            ("AWS::Region", self.region.into()),
            ("AWS::StackId", self.stack_id.into()),
            ("AWS::StackName", self.stack_name.into()),
            ("AWS::URLSuffix", "amazonaws.com".into()),
        ];
        values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
