//! An association of the instance with a Lambda function or a Lex bot.

use super::descriptor::{
    ArnForm, Bulk, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "integration",
    plural: "integrations",
    resource_type: "AWS::Connect::IntegrationAssociation",
    prefix: "Integration",
    is_single: false,
    lowering: Some(Lowering {
        section: "lex_bots",
        names: |blueprint| keys(&blueprint.lex_bots),
        lower: |resolver| resolver.lex_bots(),
    }),
    finish: Some(|resolver| resolver.associate_existing_functions()),
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "IntegrationAssociationRefs" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::REGIONAL,
    live: Live::Bulk(Bulk {
        read: |reading| Box::pin(reading.gateway.live_integrations(reading.instance)),
        left_out: &[],
        left_out_words: None,
        // Functions and Lex bots are linked to an instance without an object that could have tags.
        never_read: &["Tags"],
    }),
    drift: Drift { filled_in: &[("IntegrationAssociationId", FilledIn::Anything)], ..Drift::PLAIN },
    service: Service { needs: &["ds", "iam"], ..Service::PLAIN },
    own_rules: &[],
};
