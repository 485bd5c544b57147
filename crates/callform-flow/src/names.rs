//! What a flow may refer to by name.

use crate::FlowType;

/// The names a flow may refer to.
pub trait Names {
    /// True where the blueprint has an object of this kind and name. Kinds are the words of the blueprint's addresses:
    /// `queue`, `hours`, `flow`, `flow_module`, `prompt`, `lambda`, `user`. Not asked about `builtin/…` names.
    fn exists(&self, kind: &str, name: &str) -> bool;

    /// All names of a kind, to suggest one where a name is unknown.
    fn suggestions(&self, kind: &str) -> Vec<String>;

    /// The type of a flow by its name; `None` where that is not known.
    fn flow_type(&self, name: &str) -> Option<FlowType>;

    /// What the service calls an object outside of the blueprint that the flow has a name for: an ARN or identifier.
    /// Asked first, also about `builtin/…` names, and about the kinds `lex_bot`, `view` and `assistant` too.
    fn outside(&self, _kind: &str, _name: &str) -> Option<String> {
        None
    }

    /// The region of the instance, such as `us-west-2`; `None` where that is not known.
    fn region(&self) -> Option<&str> {
        None
    }
}
