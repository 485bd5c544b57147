//! What happens in a call, printed while it does.

use callform_call::Event;
use callform_call::event::What;
use callform_source::SourceMap;

use crate::calls::{self, CallCenter};
use crate::cli::ui::Ui;

/// Prints what happens.
pub(super) struct Teller<'a> {
    pub(super) ui: Ui,
    center: &'a CallCenter,
    sources: &'a SourceMap,
    /// Whether each block is told, with its place.
    traces: bool,
    /// Whether there was a second contact: from then on each line says whose it is.
    several: bool,
}

impl<'a> Teller<'a> {
    pub(super) fn new(ui: Ui, center: &'a CallCenter, sources: &'a SourceMap, traces: bool) -> Self {
        Self { ui, center, sources, traces, several: false }
    }

    pub(super) fn tell(&mut self, event: &Event) {
        self.several |= event.contact.0 > 0 || matches!(event.what, What::Callback { .. });
        for line in calls::lines(std::slice::from_ref(event), self.center, self.traces) {
            let contact = if self.several { format!("[{}] ", line.contact) } else { String::new() };
            let who =
                if line.who.is_empty() || line.who == "center" { String::new() } else { format!("{}: ", line.who) };
            let block = match &line.block {
                Some((flow, block)) if self.traces => format!("{flow} / {block} "),
                _ => String::new(),
            };
            let place = line.place.filter(|_| self.traces);
            let place = place.map(|span| format!("   ({})", self.sources.location(span))).unwrap_or_default();
            let text = format!("{contact}{block}{who}{}{place}", line.text);
            let is_quiet = line.who.is_empty() && self.ui.color_out;
            self.ui.data(&if is_quiet { format!("\u{1b}[2m{text}\u{1b}[0m\n") } else { format!("{text}\n") });
        }
    }
}
