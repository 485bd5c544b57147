//! A permission to invoke a Lambda function.

use callform_source::Spanned;

use super::descriptor::{ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service};
use crate::blueprint::{Common, Name};
use crate::model::members::Members;
use crate::model::{Address, Kind, Resolver, Value};

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "lambda_permission",
    plural: "permissions to invoke functions",
    resource_type: "AWS::Lambda::Permission",
    prefix: "Permission",
    is_single: false,
    lowering: None,
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "PermissionRefs" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside { is_of_region: false, may_be_of_others: true },
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};

impl Resolver<'_> {
    /// What is invoked where a function is named, with the permission for a service to do so for one source.
    pub(crate) fn invoked_by(&mut self, service: &str, source: Address, lambda: &Name) -> Value {
        let function = self.invoked_function(lambda);
        let name = Spanned::new(format!("{}.{}.{lambda}", source.kind, source.name), lambda.span);
        let permission = Members::new()
            .with("Action", "lambda:InvokeFunction")
            .with("FunctionName", function.clone())
            .with("Principal", service)
            .with("SourceArn", Value::arn_of(source))
            .finish();
        let address = Address::new(Kind::LambdaPermission, name.value.clone());
        if !self.resources.contains_key(&address) {
            self.add(Kind::LambdaPermission, &name, Common::NONE, permission);
        }
        function
    }
}
