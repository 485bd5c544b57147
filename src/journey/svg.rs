//! A journey as one SVG: no fonts or scripts from elsewhere, light or dark as the reader's page is.

use std::fmt::Write;

use callform_flow::draw::parts::{FONT, color, fit, width, xml};
use callform_flow::layout::{INLET, Position};
use callform_flow::wording::Kind;

use super::lines;
use super::place::{CARD, Card, Frame, HEAD, INSET, Places, ROW, WAY, is_straight, places};
use super::{Entry, Journey, Meaning, Of, Stage, Step, To, Way};

/// Room above for the title, and below for the legend.
const TOP: i64 = 84;
const LEGEND: i64 = 52;
const MARGIN: i64 = 28;

const STYLE: &str = "\
.ground{fill:#f7f8fa}.frame{fill:#edf0f4;stroke:#c5ced8}.card{fill:#fff;stroke:#cfd6de}.text{fill:#1d2730}\
.dim{fill:#5d6975}.far{fill:#2b5fa8}.line{stroke:#6d7b88}.quiet{stroke:#a9b3bd}.tip{fill:#6d7b88}\
.rule{stroke:#e6eaee}.wrong{fill:#b3261e}.rec{fill:#a3236f}\
@media (prefers-color-scheme:dark){.ground{fill:#14181d}.frame{fill:#1a2027;stroke:#38424d}\
.card{fill:#232a32;stroke:#3b4550}.text{fill:#e6ebf0}.dim{fill:#9aa6b2}.far{fill:#8ab8f5}.line{stroke:#93a1ae}\
.quiet{stroke:#56626e}.tip{fill:#93a1ae}.rule{stroke:#323b45}\
.wrong{fill:#ff8a80}.rec{fill:#f48fc5}}";

/// Color of a class, for readers that know no style sheets.
fn ink(class: &str) -> &'static str {
    match class {
        "text" => "#1d2730",
        "far" => "#2b5fa8",
        "wrong" => "#b3261e",
        "rec" => "#a3236f",
        "head" => "#fff",
        _ => "#5d6975",
    }
}

/// Draws a journey.
pub fn svg(journey: &Journey, title: &str) -> String {
    let places = places(journey);
    let subtitle = subtitle(journey);
    let (corner, opposite) = places.corners;
    let left = corner.x - MARGIN;
    let wide = (opposite.x - left).max(width(title, 22)).max(width(&subtitle, 13)).max(1000) + MARGIN;
    let high = opposite.y + TOP + LEGEND + MARGIN;
    let mut out = String::new();
    put(
        &mut out,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" viewBox=\"{} {} {wide} {high}\" \
             role=\"img\" aria-labelledby=\"journey-title journey-about\" font-family=\"{FONT}\">",
            left, -TOP
        ),
    );
    put(&mut out, format_args!("<title id=\"journey-title\">{}</title>", xml(title)));
    put(&mut out, format_args!("<desc id=\"journey-about\">{}</desc>", xml(&subtitle)));
    put(&mut out, format_args!("<style>{STYLE}</style>"));
    put(&mut out, format_args!("<defs>{}</defs>", lines::tips()));
    put(
        &mut out,
        format_args!(
            "<rect class=\"ground\" fill=\"#f7f8fa\" x=\"{}\" y=\"{}\" width=\"{wide}\" height=\"{high}\"/>",
            left, -TOP
        ),
    );
    text(&mut out, "text", Position { x: 0, y: 38 - TOP }, 22, " font-weight=\"600\"", title);
    text(&mut out, "dim", Position { x: 0, y: 60 - TOP }, 13, "", &subtitle);
    draw(&mut out, journey, &places);
    legend(&mut out, journey, opposite.y + MARGIN + 20);
    out.push_str("</svg>\n");
    out
}

/// How much there is.
pub(super) fn subtitle(journey: &Journey) -> String {
    let count = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let numbers = journey.entries.iter().map(|entry| entry.numbers.len()).sum();
    let flows = journey.stages.iter().filter(|stage| matches!(stage.of, Of::Flow(_))).count();
    let steps: Vec<&Step> = journey.stages.iter().flat_map(|stage| &stage.steps).collect();
    let dead = steps.iter().filter(|step| step.is_dead_end()).count();
    let dead = if dead > 0 { format!(" · {}", count(dead, "dead end", "dead ends")) } else { String::new() };
    format!(
        "{} · {} · {}{dead}",
        count(numbers, "phone number", "phone numbers"),
        count(flows, "flow", "flows"),
        count(steps.len(), "step", "steps")
    )
}

fn draw(out: &mut String, journey: &Journey, places: &Places) {
    for (stage, frame) in journey.stages.iter().zip(&places.frames) {
        self::frame(out, stage, frame);
    }
    places.lines.iter().for_each(|line| lines::long(out, line));
    for (place, (stage, frame)) in journey.stages.iter().zip(&places.frames).enumerate() {
        for quiet in [true, false] {
            lines::inside(out, place, stage, frame, quiet);
        }
    }
    for (entry, card) in journey.entries.iter().zip(&places.entries) {
        self::entry(out, entry, card);
    }
    for (place, (stage, frame)) in journey.stages.iter().zip(&places.frames).enumerate() {
        for (step, card) in stage.steps.iter().zip(&frame.cards) {
            self::step(out, journey, place, step, card);
        }
    }
}

/// A line of the document.
pub(super) fn put(out: &mut String, line: std::fmt::Arguments<'_>) {
    // Infallible: a String takes everything.
    let _ = out.write_fmt(line);
    out.push('\n');
}

fn text(out: &mut String, class: &str, at: Position, size: i64, more: &str, words: &str) {
    let (x, y, fill) = (at.x, at.y, ink(class));
    put(
        out,
        format_args!(
            "<text class=\"{class}\" fill=\"{fill}\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{more}>{}</text>",
            xml(words)
        ),
    );
}

fn frame(out: &mut String, stage: &Stage, frame: &Frame) {
    let Position { x, y } = frame.position;
    put(
        out,
        format_args!(
            "<rect class=\"frame\" fill=\"#edf0f4\" stroke=\"#c5ced8\" x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"14\"/>",
            frame.width, frame.height
        ),
    );
    let room = frame.width - 36;
    let at = |below: i64| Position { x: x + 18, y: y + below };
    text(out, "text", at(25), 16, " font-weight=\"600\"", &fit(&stage.title, 17, room));
    text(out, "dim", at(43), 12, "", &fit(&stage.role, 12, room));
}

fn entry(out: &mut String, entry: &Entry, card: &Card) {
    let title = if entry.numbers.len() == 1 { "Phone number" } else { "Phone numbers" };
    put(out, format_args!("<g>"));
    body(out, card, "#3a4753", title, "", "");
    put(out, format_args!("</g>"));
}

fn step(out: &mut String, journey: &Journey, stage: usize, step: &Step, card: &Card) {
    let class = if step.is_quiet { " class=\"err\"" } else { "" };
    put(out, format_args!("<g id=\"step-{}\"{class}>", step.number));
    put(out, format_args!("<title>{}</title>", xml(&tooltip(step))));
    let fill = if step.is_quiet { "#7d8792" } else { color(step.theme.kind()) };
    let edge = if step.is_dead_end() { " style=\"stroke:#e08a00;stroke-width:3\"" } else { "" };
    body(out, card, fill, &step.title, &step.number.to_string(), edge);
    if !is_straight(step, stage) {
        for (way, offset) in step.ways.iter().zip(&card.ways) {
            self::way(out, journey, stage, way, Position { x: card.position.x, y: card.position.y + offset });
        }
    }
    put(out, format_args!("</g>"));
}

/// Everything that happens in a step, shown when the pointer rests on it.
fn tooltip(step: &Step) -> String {
    let lines: Vec<&str> = step.lines.iter().map(|line| line.text.as_str()).collect();
    format!("{} {} — {}", step.number, step.title, lines.join(" — "))
}

/// A card with its title and its lines.
fn body(out: &mut String, card: &Card, fill: &str, title: &str, badge: &str, edge: &str) {
    let Position { x, y } = card.position;
    put(
        out,
        format_args!(
            "<rect class=\"card\" fill=\"#fff\" stroke=\"#cfd6de\" x=\"{x}\" y=\"{y}\" width=\"{CARD}\" height=\"{}\" rx=\"8\"{edge}/>",
            card.height
        ),
    );
    put(
        out,
        format_args!(
            "<path fill=\"{fill}\" d=\"M{x} {}v-{1}a8 8 0 0 1 8-8h{2}a8 8 0 0 1 8 8v{1}z\"/>",
            y + HEAD,
            HEAD - 8,
            CARD - 16
        ),
    );
    let room = CARD - 2 * INSET - width(badge, 11) - 6;
    let line = Position { x: x + INSET, y: y + INLET + 5 };
    text(out, "head", line, 13, " font-weight=\"600\"", &fit(title, 15, room));
    let end = Position { x: x + CARD - INSET, y: y + INLET + 4 };
    text(out, "head", end, 11, " text-anchor=\"end\" fill-opacity=\"0.85\"", badge);
    let mut below = y + HEAD + 18;
    for (meaning, words) in &card.rows {
        let (class, more) = match meaning {
            Meaning::Alert => ("wrong", " font-weight=\"600\""),
            Meaning::Recorded => ("rec", ""),
            Meaning::Heard | Meaning::Asked | Meaning::Queue | Meaning::End => ("text", ""),
            Meaning::Hours | Meaning::Wait | Meaning::Data | Meaning::Note => ("dim", ""),
        };
        text(out, class, Position { x: x + INSET, y: below }, 12, more, words);
        below += ROW;
    }
}

/// A way out of a card: its label, and where it leads where no line of this frame says so.
fn way(out: &mut String, journey: &Journey, stage: usize, way: &Way, at: Position) {
    let room = CARD - 2 * INSET;
    let right = Position { x: at.x + CARD - INSET, y: at.y + 4 };
    put(
        out,
        format_args!("<path class=\"rule\" stroke=\"#e6eaee\" d=\"M{} {}h{room}\"/>", at.x + INSET, at.y - WAY / 2),
    );
    let warning = if way.is_dead_end { "⚠ " } else { "" };
    let label = format!("{warning}{}", way.label);
    let class = match (way.is_dead_end, way.is_quiet) {
        (true, _) => "wrong",
        (false, true) => "dim",
        (false, false) => "text",
    };
    match (way.to, journey.step(way.to)) {
        (To::Step(to, _), Some(target)) if to == stage => {
            let number = format!("→ {}", target.number);
            let label = fit(&label, 12, room - width(&number, 12) - 8);
            let more = " text-anchor=\"end\"";
            let left = Position { x: right.x - width(&number, 12) - 8, ..right };
            text(out, class, left, 12, more, &label);
            put(out, format_args!("<a href=\"#step-{}\">", target.number));
            text(out, "far", right, 12, more, &number);
            put(out, format_args!("</a>"));
        }
        (to, Some(target)) => {
            let name = format!("→ {}", journey.destination(to, stage));
            let label = fit(&label, 12, room / 2);
            let name = fit(&name, 12, room - width(&label, 12) - 8);
            text(out, class, Position { x: at.x + INSET, ..right }, 12, "", &label);
            put(out, format_args!("<a href=\"#step-{}\">", target.number));
            text(out, "far", right, 12, " text-anchor=\"end\"", &name);
            put(out, format_args!("</a>"));
        }
        (_, None) => {
            let label = fit(&format!("{label} → nothing"), 12, room);
            text(out, "wrong", right, 12, " text-anchor=\"end\"", &label);
        }
    }
    let stroke = if way.is_quiet { "#a9b3bd" } else { "#6d7b88" };
    put(
        out,
        format_args!(
            "<circle class=\"card\" fill=\"#fff\" cx=\"{}\" cy=\"{}\" r=\"4\" stroke=\"{stroke}\" style=\"stroke:{stroke}\"/>",
            at.x + CARD,
            at.y
        ),
    );
}

fn legend(out: &mut String, journey: &Journey, y: i64) {
    let words = |kind: Kind| match kind {
        Kind::Interact => "hears, chooses, enters",
        Kind::Set => "queues and agents",
        Kind::Check => "depends on hours and data",
        Kind::Integrate => "data and functions",
        Kind::Transfer => "ends or leaves",
        Kind::Other => "anything else",
    };
    let steps = || journey.stages.iter().flat_map(|stage| &stage.steps);
    let mut x = 0;
    let entry = |out: &mut String, x: &mut i64, mark: String, wide: i64, label: &str| {
        put(out, format_args!("{mark}"));
        text(out, "dim", Position { x: *x + wide, y }, 12, "", label);
        *x += wide + width(label, 12) + 18;
    };
    for kind in Kind::ALL.into_iter().filter(|kind| steps().any(|step| step.theme.kind() == *kind && !step.is_quiet)) {
        let mark =
            format!("<rect fill=\"{}\" x=\"{x}\" y=\"{}\" width=\"14\" height=\"14\" rx=\"3\"/>", color(kind), y - 11);
        entry(out, &mut x, mark, 20, words(kind));
    }
    if steps().any(|step| step.is_quiet) {
        let mark = format!("<rect fill=\"#7d8792\" x=\"{x}\" y=\"{}\" width=\"14\" height=\"14\" rx=\"3\"/>", y - 11);
        entry(out, &mut x, mark, 20, "only after an error");
    }
    if steps().any(Step::is_dead_end) {
        let mark = format!(
            "<rect fill=\"none\" stroke=\"#e08a00\" stroke-width=\"3\" x=\"{}\" y=\"{}\" width=\"13\" height=\"13\" rx=\"3\"/>",
            x + 1,
            y - 11
        );
        entry(out, &mut x, mark, 22, "dead end");
    }
    let mark = format!("<path stroke=\"#2f74c0\" stroke-width=\"2.4\" d=\"M{x} {}h28\"/>", y - 4);
    entry(out, &mut x, mark, 34, "to another flow, or to agents");
}
