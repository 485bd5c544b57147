//! A journey as one page that needs nothing else: text that folds, and the picture.
//!
//! The page is well-formed XML too. It loads nothing, and says so to the browser.

use std::collections::BTreeSet;
use std::fmt::Write;

use callform_flow::draw::parts::xml;
use callform_flow::wording::shorten;

use super::svg::subtitle;
use super::{Entry, Journey, Line, Meaning, Of, Stage, Step, To, Way};

/// What a browser may do for the page: use what is in it.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE: &str = "\
:root{color-scheme:light dark;--ground:#f7f8fa;--card:#fff;--text:#1d2730;--dim:#5d6975;--edge:#cfd6de;--far:#2b5fa8;\
--wrong:#b3261e;--rec:#a3236f}\
@media(prefers-color-scheme:dark){:root{--ground:#14181d;--card:#1f252c;--text:#e6ebf0;--dim:#9aa6b2;--edge:#3b4550;\
--far:#8ab8f5;--wrong:#ff8a80;--rec:#f48fc5}}\
body{margin:0 auto;padding:1.5rem;max-width:70rem;background:var(--ground);color:var(--text);\
font:1rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif}\
h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:1.2rem 0 .3rem}p{margin:.2rem 0}a{color:var(--far)}\
.dim{color:var(--dim)}.tools{display:flex;flex-wrap:wrap;gap:.8rem;align-items:center;margin:1rem 0;position:sticky;top:0;\
background:var(--ground);padding:.5rem 0;z-index:1}\
input[type=search]{font:inherit;padding:.25rem .5rem;width:16rem;max-width:100%}button{font:inherit;padding:.2rem .7rem}\
details{background:var(--card);border:1px solid var(--edge);border-radius:8px;margin:.5rem 0;padding:.4rem .8rem}\
summary{cursor:pointer}summary:focus-visible{outline:3px solid var(--far);outline-offset:2px}\
.number>summary{font-size:1.15rem;font-weight:600}.flow>summary{font-weight:600}.flow>summary .dim{font-weight:400}\
.step{border-left:4px solid var(--edge)}.step[open]>summary .first{display:none}\
.hears{border-left-color:#1f6fb5}.agents{border-left-color:#2b7d5b}.checks{border-left-color:#a15c00}\
.data{border-left-color:#6b4bb3}.ends{border-left-color:#b0364a}.err{opacity:.8}\
.badge{display:inline-block;min-width:1.6em;text-align:center;border-radius:1em;background:var(--edge);font-size:.8rem}\
ul{margin:.2rem 0;padding-left:1.3rem}.ways{list-style:'→ '}.alert{color:var(--wrong);font-weight:600}.rec{color:var(--rec)}\
.noerr .err{display:none}[hidden]{display:none}.scroll{overflow:auto;max-height:85vh}.scroll svg{display:block}\
@media print{.tools{display:none}body{max-width:none;background:#fff}.scroll{max-height:none;overflow:visible}\
.scroll svg{max-width:100%;height:auto}details{break-inside:avoid-page}}";

/// Folding, searching and printing. Without it everything is there, unfolded.
const SCRIPT: &str = "\
const all=(what)=>[...document.querySelectorAll(what)];\
const fold=(open)=>all('details').forEach((one)=>{one.open=open});\
const by=(id)=>document.getElementById(id);\
by('open').onclick=()=>fold(true);by('close').onclick=()=>fold(false);\
by('errors').onchange=(event)=>document.body.classList.toggle('noerr',!event.target.checked);\
by('find').oninput=(event)=>{const text=event.target.value.trim().toLowerCase();\
all('.step').forEach((one)=>{one.hidden=!one.textContent.toLowerCase().includes(text)});\
all('.flow').forEach((one)=>{one.hidden=!one.querySelector('.step:not([hidden])')})};\
addEventListener('beforeprint',()=>fold(true));\
addEventListener('hashchange',()=>{let one=document.getElementById(location.hash.slice(1));\
while(one){if(one.tagName==='DETAILS'){one.open=true}one=one.parentElement}});";

/// Writes a journey as a page, with its picture.
pub fn page(journey: &Journey, title: &str) -> String {
    let mut out = String::from("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n");
    put(&mut out, format_args!("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\"/>", xml(POLICY)));
    put(&mut out, format_args!("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>"));
    put(&mut out, format_args!("<title>{}</title><style>{STYLE}</style></head><body>", xml(title)));
    put(
        &mut out,
        format_args!("<header><h1>{}</h1><p class=\"dim\">{}</p></header>", xml(title), xml(&subtitle(journey))),
    );
    put(
        &mut out,
        format_args!(
            "<div class=\"tools\"><label>Search <input type=\"search\" id=\"find\"/></label>\
             <button type=\"button\" id=\"open\">Open all</button><button type=\"button\" id=\"close\">Fold all</button>\
             <label><input type=\"checkbox\" id=\"errors\" checked=\"\"/> with what happens after errors</label></div><main>"
        ),
    );
    digests(&mut out, journey);
    numbers(&mut out, journey);
    put(&mut out, format_args!("<h2>In one picture</h2>"));
    put(
        &mut out,
        format_args!(
            "<details open=\"\"><summary>The picture</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" \
             aria-label=\"Picture of the ways\">"
        ),
    );
    out.push_str(&super::svg(journey, title));
    put(&mut out, format_args!("</div></details></main><script>{SCRIPT}</script></body></html>"));
    out
}

fn put(out: &mut String, line: std::fmt::Arguments<'_>) {
    // Infallible: a String takes everything.
    let _ = out.write_fmt(line);
    out.push('\n');
}

/// What is asked for most, with its places: dead ends, recording, data.
fn digests(out: &mut String, journey: &Journey) {
    for (title, meaning) in
        [("Dead ends", Meaning::Alert), ("What is recorded", Meaning::Recorded), ("Data and functions", Meaning::Data)]
    {
        let mut found = String::new();
        for stage in &journey.stages {
            for step in &stage.steps {
                for line in step.lines.iter().filter(|line| line.meaning == meaning) {
                    let _ = writeln!(
                        found,
                        "<li>{}: {} <a href=\"#text-{}\">step {}</a></li>",
                        xml(&stage.title),
                        xml(&line.text),
                        step.number,
                        step.number
                    );
                }
                for way in step.ways.iter().filter(|way| way.is_dead_end && meaning == Meaning::Alert) {
                    let _ = writeln!(
                        found,
                        "<li>{}: {}: cut off without a word <a href=\"#text-{}\">step {}</a></li>",
                        xml(&stage.title),
                        xml(&way.label),
                        step.number,
                        step.number
                    );
                }
            }
        }
        if !found.is_empty() {
            put(out, format_args!("<h2>{title}</h2><ul>\n{found}</ul>"));
        }
    }
}

/// Each number, with the flows that nobody has come to before it; the others by their names.
fn numbers(out: &mut String, journey: &Journey) {
    put(out, format_args!("<h2>Number by number</h2>"));
    let mut told = BTreeSet::new();
    for entry in &journey.entries {
        put(out, format_args!("<details open=\"\" class=\"number\"><summary>{}</summary>", xml(&heading(entry))));
        for (address, about) in entry.numbers.iter().filter(|(_, about)| !about.is_empty()) {
            put(out, format_args!("<p class=\"dim\">{}: {}</p>", xml(&address.name), xml(about)));
        }
        if let Some(note) = &entry.note {
            put(out, format_args!("<p>{}</p>", line(note)));
        }
        let mut before = Vec::new();
        for stage in stages_from(journey, entry.to) {
            if told.insert(stage) {
                self::stage(out, journey, stage);
            } else {
                before.push(stage);
            }
        }
        if !before.is_empty() {
            let link = |stage: &usize| format!("<a href=\"#flow-{stage}\">{}</a>", xml(&journey.stages[*stage].title));
            let links: Vec<String> = before.iter().map(link).collect();
            put(out, format_args!("<p>Told above: {}.</p>", links.join(", ")));
        }
        put(out, format_args!("</details>"));
    }
}

fn heading(entry: &Entry) -> String {
    let names: Vec<&str> = entry.numbers.iter().map(|(address, _)| address.name.as_str()).collect();
    format!("☎ {}", names.join(", "))
}

/// The stages that are come to from somewhere, in the order of the journey.
fn stages_from(journey: &Journey, to: To) -> BTreeSet<usize> {
    let stage_of = |to: To| match to {
        To::Step(stage, _) | To::Stage(stage) => Some(stage),
        To::Nowhere => None,
    };
    let mut found = BTreeSet::new();
    let mut open: Vec<usize> = stage_of(to).into_iter().collect();
    while let Some(stage) = open.pop() {
        if found.insert(stage)
            && let Some(stage) = journey.stages.get(stage)
        {
            open.extend(stage.steps.iter().flat_map(|step| &step.ways).filter_map(|way| stage_of(way.to)));
        }
    }
    found
}

fn stage(out: &mut String, journey: &Journey, place: usize) {
    let Some(Stage { of, title, role, steps }) = journey.stages.get(place) else { return };
    let kind = if matches!(of, Of::Agents) { "" } else { "Flow " };
    put(
        out,
        format_args!(
            "<details open=\"\" class=\"flow\" id=\"flow-{place}\"><summary>{kind}{} <span class=\"dim\">{}</span></summary>",
            xml(title),
            xml(role)
        ),
    );
    for one in steps {
        step(out, journey, place, one);
    }
    put(out, format_args!("</details>"));
}

fn step(out: &mut String, journey: &Journey, stage: usize, step: &Step) {
    let theme = match step.theme.kind() {
        callform_flow::wording::Kind::Interact => "hears",
        callform_flow::wording::Kind::Set => "agents",
        callform_flow::wording::Kind::Check => "checks",
        callform_flow::wording::Kind::Integrate => "data",
        callform_flow::wording::Kind::Transfer => "ends",
        callform_flow::wording::Kind::Other => "other",
    };
    let quiet = if step.is_quiet { " err" } else { "" };
    let first = step.lines.first().map_or_else(String::new, |line| shorten(&line.text, 80));
    put(
        out,
        format_args!(
            "<details open=\"\" class=\"step {theme}{quiet}\" id=\"text-{0}\"><summary><span class=\"badge\">{0}</span> {1} \
             <span class=\"first dim\">{2}</span></summary>",
            step.number,
            xml(&step.title),
            xml(&first)
        ),
    );
    if !step.lines.is_empty() {
        let lines: Vec<String> = step.lines.iter().map(|one| format!("<li>{}</li>", line(one))).collect();
        put(out, format_args!("<ul>{}</ul>", lines.join("\n")));
    }
    if !step.ways.is_empty() {
        let ways: Vec<String> = step.ways.iter().map(|one| way(journey, stage, one)).collect();
        put(out, format_args!("<ul class=\"ways\">{}</ul>", ways.join("\n")));
    }
    put(out, format_args!("</details>"));
}

fn line(line: &Line) -> String {
    let class = match line.meaning {
        Meaning::Alert => " class=\"alert\"",
        Meaning::Recorded => " class=\"rec\"",
        _ => "",
    };
    let mark = match line.meaning {
        Meaning::Alert => "⚠ ",
        Meaning::Recorded => "● ",
        _ => "",
    };
    format!("<span{class}>{mark}{}</span>", xml(&line.text))
}

fn way(journey: &Journey, stage: usize, way: &Way) -> String {
    let class = if way.is_quiet { " class=\"err\"" } else { "" };
    let label = if way.label.is_empty() { "then".to_owned() } else { xml(&way.label) };
    let warning = if way.is_dead_end { " <span class=\"alert\">⚠ cut off without a word</span>" } else { "" };
    match journey.step(way.to) {
        Some(target) => {
            let name = xml(&journey.destination(way.to, stage));
            let number = target.number;
            let first = target.lines.first().filter(|_| matches!(way.to, To::Step(to, _) if to == stage));
            let first = first.map_or_else(String::new, |line| format!(" {}", xml(&shorten(&line.text, 60))));
            format!("<li{class}>{label}: <a href=\"#text-{number}\">{name} ({number})</a>{first}{warning}</li>")
        }
        None => format!("<li{class}>{label}: nothing{warning}</li>"),
    }
}
