//! From a model, or from flows alone, to a center that can be called.

use std::collections::BTreeMap;

use callform_call::FlowId;
use callform_call::center::{Center, FlowSource, Hours, Named, Number, Queue};
use callform_call::hours::Schedule;
use callform_flow::catalog::ObjectKind;
use callform_flow::references;
use callform_source::Span;

use crate::model::{Address, Kind, Model, Resource, Target, Value};
use crate::render::readable;

/// A center that can be called, and where its flows were written.
#[derive(Clone, Debug, Default)]
pub struct CallCenter {
    /// The center.
    pub center: Center,
    /// Where each block was written, by flow and identifier.
    places: BTreeMap<FlowId, BTreeMap<String, Span>>,
    /// Quick connects: the flow behind it, and its queue.
    pub quick_connects: BTreeMap<String, (FlowId, Option<usize>)>,
}

impl CallCenter {
    /// The center of a model.
    pub fn of_model(model: &Model) -> Self {
        let mut center = Center::new("arn:aws:connect:us-west-2:111122223333:instance/simulated");
        let hours = add_hours(&mut center, model);
        add_named(&mut center, model);
        let queues = add_queues(&mut center, model, &hours);
        let mut sources = Vec::new();
        for (address, written) in &model.flows {
            let name = model.resources.get(address).and_then(|resource| text(resource, "Name"));
            sources.push(FlowSource {
                key: address.name.clone(),
                name: name.unwrap_or_else(|| address.name.clone()),
                flow_type: written.flow_type,
                flow: written.flow.clone(),
                ids: ids(address),
            });
        }
        let flows = center.add_flows(&sources);
        let by_address: BTreeMap<&Address, FlowId> = model.flows.keys().zip(flows).collect();
        for (address, at) in &queues {
            if let Some(whisper) = outbound_flow(model, address).and_then(|flow| by_address.get(flow)) {
                center.set_outbound_whisper(*at, *whisper);
            }
        }
        add_numbers(&mut center, model, &by_address);
        let places = model.flows.iter().map(|(address, written)| {
            let of = written.flow.actions.iter();
            let places =
                of.filter_map(|action| Some((action.identifier.clone(), written.places.get(&action.identifier)?)));
            (by_address[address], places.collect())
        });
        let places = places.collect();
        let quick_connects = quick_connects(model, &by_address, &queues);
        Self { center, places, quick_connects }
    }

    /// A center of nothing but flows. Whatever else they name is taken for what its name says.
    pub fn of_flows(flows: &[FlowSource]) -> Self {
        let mut center = Center::new("arn:aws:connect:us-west-2:111122223333:instance/simulated");
        center.add_flows(flows);
        Self { center, places: BTreeMap::new(), quick_connects: BTreeMap::new() }
    }

    /// Where a block was written.
    pub fn place(&self, flow: FlowId, identifier: &str) -> Option<Span> {
        self.places.get(&flow)?.get(identifier).copied()
    }
}

/// What flows and people call a resource: what stands for its ARN, the marker before a flow is bound, and what pictures say.
fn ids(address: &Address) -> Vec<String> {
    let (word, name) = (address.kind.word(), &address.name);
    vec![format!("{word}/{name}"), references::marker(word, name), format!("${{{word}/{name}}}")]
}

fn of_kind(model: &Model, kind: Kind) -> impl Iterator<Item = (&Address, &Resource)> {
    model.resources.iter().filter(move |(address, _)| address.kind == kind)
}

fn text(resource: &Resource, property: &str) -> Option<String> {
    readable(resource.properties.get(property)?).as_str().map(str::to_owned)
}

/// The resource that a property names.
fn referred(value: &Value, kind: Kind) -> Option<&Address> {
    value.references().into_iter().find_map(|reference| match &reference.target {
        Target::Resource(address) if address.kind == kind => Some(address),
        _ => None,
    })
}

fn add_hours<'m>(center: &mut Center, model: &'m Model) -> BTreeMap<&'m Address, usize> {
    let schedules: BTreeMap<&Address, Option<Schedule>> = of_kind(model, Kind::Hours)
        .map(|(address, resource)| {
            let properties = resource.properties.iter().map(|(name, value)| (name.clone(), readable(value)));
            (address, Schedule::read(&serde_json::Value::Object(properties.collect())))
        })
        .collect();
    let mut added = BTreeMap::new();
    for (address, resource) in of_kind(model, Kind::Hours) {
        let mut schedule = schedules.get(address).cloned().flatten();
        let parents = resource.properties.get("ParentHoursOfOperations").map(Value::references).unwrap_or_default();
        for parent in parents {
            if let (Target::Resource(parent), Some(schedule)) = (&parent.target, &mut schedule)
                && let Some(Some(parent)) = schedules.get(parent)
            {
                schedule.inherit(parent);
            }
        }
        added.insert(address, center.add_hours(Hours { name: address.name.as_str().into(), schedule }, &ids(address)));
    }
    added
}

fn add_named(center: &mut Center, model: &Model) {
    let kinds = [
        (Kind::Prompt, ObjectKind::Prompt),
        (Kind::Lambda, ObjectKind::LambdaFunction),
        (Kind::User, ObjectKind::User),
        (Kind::View, ObjectKind::View),
    ];
    for (kind, object) in kinds {
        for (address, _) in of_kind(model, kind) {
            let ids = ids(address);
            let named = Named { name: address.name.as_str().into(), id: ids[0].as_str().into() };
            center.add(object, named, &ids);
        }
    }
}

fn add_queues<'m>(
    center: &mut Center,
    model: &'m Model,
    hours: &BTreeMap<&Address, usize>,
) -> BTreeMap<&'m Address, usize> {
    let mut added = BTreeMap::new();
    for (address, resource) in of_kind(model, Kind::Queue) {
        let property = |name: &str| resource.properties.get(name);
        let open = property("HoursOfOperationArn").and_then(|value| referred(value, Kind::Hours));
        let most = property("MaxContacts").map(readable).and_then(|most| most.as_u64());
        let ids = ids(address);
        let queue = Queue {
            key: address.name.as_str().into(),
            name: text(resource, "Name").unwrap_or_else(|| address.name.clone()).into(),
            id: ids[0].as_str().into(),
            hours: open.and_then(|address| hours.get(address)).copied(),
            max_contacts: most,
            outbound_whisper: None,
            caller_id: None,
        };
        added.insert(address, center.add_queue(queue, &ids));
    }
    added
}

fn outbound_flow<'m>(model: &'m Model, queue: &Address) -> Option<&'m Address> {
    referred(model.resources.get(queue)?.properties.get("OutboundCallerConfig")?, Kind::Flow)
}

fn add_numbers(center: &mut Center, model: &Model, flows: &BTreeMap<&Address, FlowId>) {
    for association in &model.associations {
        let Target::Resource(flow) = &association.flow else { continue };
        let Some(flow) = flows.get(flow) else { continue };
        let number = model.resources.get(&association.phone_number);
        let address = number.and_then(|number| number.metadata.get(crate::model::EXISTING_PHONE_NUMBER));
        center.add_number(Number {
            name: association.phone_number.name.as_str().into(),
            address: address.map(|address| address.as_str().into()),
            flow: *flow,
        });
    }
}

/// Quick connects that run a flow of the center.
fn quick_connects(
    model: &Model,
    flows: &BTreeMap<&Address, FlowId>,
    queues: &BTreeMap<&Address, usize>,
) -> BTreeMap<String, (FlowId, Option<usize>)> {
    let of = |(address, resource): (&Address, &Resource)| {
        let config = resource.properties.get("QuickConnectConfig")?;
        let flow = flows.get(referred(config, Kind::Flow)?)?;
        let queue = referred(config, Kind::Queue).and_then(|queue| queues.get(queue)).copied();
        Some((address.name.clone(), (*flow, queue)))
    };
    of_kind(model, Kind::QuickConnect).filter_map(of).collect()
}
