//! What was walked, as one page that needs nothing else: numbers, pictures, and what nobody walked.

use std::fmt::Write as _;

use callform_flow::FlowType;
use callform_flow::draw::{Caption, Picture, Placing, Walks, svg};
use callform_flow::wording;

use super::{Coverage, FlowCoverage, Share, total};
use crate::center::Center;
use crate::event::{BlockId, FlowId};
use crate::program::Program;

/// Colors and measures; light or dark as the reader's own pages are.
const STYLE: &str = include_str!("page.css");

/// The page of a center. `title` is its heading; flows without a block are left out.
pub fn page(center: &Center, coverage: &Coverage, title: &str) -> String {
    let flows: Vec<FlowCoverage> =
        coverage.flows(center).into_iter().filter(|flow| flow.blocks.all + flow.unreachable.len() > 0).collect();
    let title = escaped(title);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n<body>\n<header>\n\
         <h1>{title}</h1>\n"
    );
    let (blocks, ways) = total(&flows);
    let _ = writeln!(out, "<p class=\"total\">{} {}</p>", figure("blocks", blocks), figure("ways", ways));
    out.push_str(
        "<p class=\"dim\">A way is a branch out of a block. Blocks that nothing leads to do not count.</p>\n</header>\n",
    );
    summary(&mut out, center, &flows);
    for flow in &flows {
        section(&mut out, center, coverage, flow);
    }
    out.push_str("</body>\n</html>\n");
    out
}

/// The picture of a flow with what was walked of it.
pub fn picture(center: &Center, coverage: &Coverage, flow: FlowId) -> Picture {
    let program = center.flow(flow);
    let of_flow = coverage.of(center, flow);
    let block = |block: usize| coverage.has_block(BlockId { flow, block });
    let way = |block: usize, taken: callform_flow::layout::Taken<'_>| {
        Some(coverage.has_way(BlockId { flow, block }, program.way_of(block, taken)?))
    };
    let about = format!("{} blocks and {} ways walked", count(of_flow.blocks), count(of_flow.ways));
    let caption = Caption { name: &program.name, flow_type: Some(program.flow_type) };
    Picture::of_walked(&program.flow, caption, Placing::Columns, &about, &Walks { block: &block, way: &way })
}

/// A line for each flow, with links to the sections.
fn summary(out: &mut String, center: &Center, flows: &[FlowCoverage]) {
    if flows.len() < 2 {
        return;
    }
    out.push_str("<table>\n<tr><th>Flow<th>Type<th colspan=\"2\">Blocks<th colspan=\"2\">Ways</tr>\n");
    for flow in flows {
        let program = center.flow(flow.flow);
        let _ = writeln!(
            out,
            "<tr><td><a href=\"#flow-{}\">{}</a><td class=\"dim\">{}{}{}</tr>",
            flow.flow.0,
            escaped(&program.key),
            kind(program.flow_type),
            cells(flow.blocks),
            cells(flow.ways)
        );
    }
    out.push_str("</table>\n");
}

fn section(out: &mut String, center: &Center, coverage: &Coverage, flow: &FlowCoverage) {
    let program = center.flow(flow.flow);
    let _ = writeln!(
        out,
        "<section id=\"flow-{}\">\n<h2>{} <small>{}</small></h2>\n<p>{} {}</p>",
        flow.flow.0,
        escaped(&program.key),
        kind(program.flow_type),
        figure("blocks", flow.blocks),
        figure("ways", flow.ways)
    );
    // Each picture has names for its parts: they have to differ on one page.
    let prefix = format!("f{}-", flow.flow.0);
    let picture = picture(center, coverage, flow.flow);
    let _ = writeln!(out, "<div class=\"picture\">\n{}</div>", inside(&svg(&picture), &prefix));
    let names = Names { program, picture: &picture, prefix: &prefix };
    unwalked(out, &names, flow);
    if !flow.unreachable.is_empty() {
        list(out, "dim", "Nothing leads to", flow.unreachable.iter().map(|at| names.entry(at.block, "")));
    }
    out.push_str("</section>\n");
}

/// What nobody walked, block by block.
fn unwalked(out: &mut String, names: &Names<'_>, flow: &FlowCoverage) {
    if flow.unwalked.is_empty() {
        out.push_str("<p class=\"all\">Everything was walked.</p>\n");
        return;
    }
    let of_blocks = || flow.unwalked.chunk_by(|one, other| one.block == other.block);
    let never = of_blocks().filter_map(|of_block| of_block.first().filter(|left| left.way.is_none()));
    list(out, "bad", "Nobody came to", never.map(|left| names.entry(left.block.block, "")));
    let not_left = of_blocks().filter(|of_block| of_block.iter().all(|left| left.way.is_some()));
    let not_left = not_left.filter_map(|of_block| {
        let ways: Vec<String> = of_block.iter().map(|left| format!("<b>{}</b>", escaped(&left.words))).collect();
        Some(names.entry(of_block.first()?.block.block, &format!(": {}", ways.join(", "))))
    });
    list(out, "bad", "Nobody left by", not_left);
}

/// Entries in reading order, under a heading; nothing where there are none.
fn list(out: &mut String, class: &str, heading: &str, entries: impl Iterator<Item = (usize, String)>) {
    let mut entries: Vec<(usize, String)> = entries.collect();
    if entries.is_empty() {
        return;
    }
    entries.sort();
    let _ = writeln!(out, "<h3 class=\"{class}\">{heading}</h3>\n<ul>");
    for (_, entry) in entries {
        let _ = writeln!(out, "<li>{entry}</li>");
    }
    out.push_str("</ul>\n");
}

/// What blocks of a flow are called.
struct Names<'a> {
    program: &'a Program,
    picture: &'a Picture,
    prefix: &'a str,
}

impl Names<'_> {
    /// A block with its number in the picture: `4 Play prompt “Welcome”`, and what else there is to say of it.
    fn entry(&self, block: usize, more: &str) -> (usize, String) {
        let Some(action) = self.program.flow.actions.get(block) else { return (block, String::new()) };
        let number = self.picture.number(block).unwrap_or_default();
        let summary = wording::summary(action, &wording::DisplayNames::of(&self.program.flow));
        let summary = if summary.is_empty() { String::new() } else { format!(" <i>{}</i>", escaped(&summary)) };
        let entry = format!(
            "<a href=\"#{}block-{number}\" title=\"{}\">{number}</a> {}{summary}{more}",
            self.prefix,
            escaped(&action.identifier),
            escaped(&wording::title(action))
        );
        (number, entry)
    }
}

fn kind(flow_type: FlowType) -> String {
    flow_type.word().replace('_', " ")
}

fn count(share: Share) -> String {
    format!("{} of {}", share.walked, share.all)
}

/// A share with a bar.
fn figure(what: &str, share: Share) -> String {
    if share.all == 0 {
        return format!("<span class=\"figure\">no {what}</span>");
    }
    let percent = share.percent();
    format!(
        "<span class=\"figure\"><meter max=\"100\" value=\"{percent}\">{percent} %</meter> {} {what} ({percent} %)</span>",
        count(share)
    )
}

fn cells(share: Share) -> String {
    if share.all == 0 {
        return "<td class=\"number\">none<td>".to_owned();
    }
    let percent = share.percent();
    format!(
        "<td class=\"number\">{}<td><meter max=\"100\" value=\"{percent}\">{percent} %</meter> {percent} %",
        count(share)
    )
}

/// A drawing as a part of a page, with a prefix before the names of its parts.
fn inside(svg: &str, prefix: &str) -> String {
    let mut out = svg.to_owned();
    for (plain, prefixed) in [
        (" id=\"", format!(" id=\"{prefix}")),
        ("url(#", format!("url(#{prefix}")),
        ("href=\"#", format!("href=\"#{prefix}")),
        ("aria-labelledby=\"title description\"", format!("aria-labelledby=\"{prefix}title {prefix}description\"")),
    ] {
        out = out.replace(plain, &prefixed);
    }
    out
}

/// Text for HTML; what may not stand in a document is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(' '),
            it if it.is_control() => {}
            it => out.push(it),
        }
    }
    out
}
