//! What conversations of a dry run sound like, and whether that was measured.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use callform_recordings::synthetic::{Script, Truth};
use callform_recordings::{Channel, Figures};

use super::super::download::{MANIFEST, Manifest};
use super::super::table::failed;
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// Seconds of a recording.
const SECONDS: u64 = 60;
/// Runs of samples at full scale in each turn of a bad recording.
const CLIPPED: u64 = 60;
/// How far a measured signal-to-noise ratio may be from the true one, in dB.
const SNR_WITHIN: f64 = 2.0;

fn script(seed: u64, bad: bool) -> Script {
    let mut script = Script::conversation(seed, SECONDS);
    if bad {
        for turn in &mut script.turns {
            turn.clipped_runs = CLIPPED;
        }
    }
    script
}

/// Writes a recording into a folder. Its name says what it was made of.
pub(super) fn write(folder: &Path, seed: u64, bad: bool) -> Result<String, callform_recordings::Error> {
    std::fs::create_dir_all(folder)?;
    let name = format!("{}-{seed}.wav", if bad { "bad" } else { "good" });
    script(seed, bad).write(BufWriter::new(File::create(folder.join(&name))?))?;
    Ok(name)
}

/// What a recording of that name truly is.
fn truth_of(path: &Path) -> Option<Truth> {
    let (kind, seed) = path.file_stem()?.to_str()?.split_once('-')?;
    Some(script(seed.parse().ok()?, kind == "bad").to_wav().ok()?.1)
}

/// Holds what was measured of the recordings that were downloaded against what they truly are.
pub(super) fn compare(ui: &Ui, out: &Path) -> Result<(), Exit> {
    let compared = differences(out).map_err(|error| failed(ui, &error))?;
    let (recordings, largest, faults) = compared;
    for fault in &faults {
        ui.error(fault);
    }
    if recordings == 0 || !faults.is_empty() {
        return Err(Exit::Failed);
    }
    ui.say(&format!(
        "{recordings} recordings were measured as they are: the signal-to-noise ratio within {largest:.1} dB, clipping exactly."
    ));
    Ok(())
}

fn differences(out: &Path) -> Result<(usize, f64, Vec<String>), Box<dyn std::error::Error>> {
    let mut truths: BTreeMap<String, Truth> = BTreeMap::new();
    for entry in std::fs::read_dir(out.join("scripts"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "wav") {
            let (_, digest) = super::super::download::digest_of(&path)?;
            truths.extend(truth_of(&path).map(|truth| (digest, truth)));
        }
    }
    let (mut recordings, mut largest, mut faults) = (0, 0.0_f64, Vec::new());
    let folder = out.join("dry-agents");
    let manifest = Manifest::read(&folder).map_err(|error| format!("{MANIFEST}: {error}"))?;
    for file in manifest.files.iter().filter(|file| file.path.contains("/recording-")) {
        let Some(truth) = truths.get(&file.sha256) else { continue };
        let home = folder.join(&file.path).parent().map(Path::to_owned).unwrap_or_default();
        let figures: Figures = serde_json::from_slice(&std::fs::read(home.join("quality.json"))?)?;
        recordings += 1;
        for (channel, truth) in Channel::BOTH.into_iter().zip(&truth.channels) {
            let Some(measured) = figures.of(channel) else { continue };
            // What was cut off is no signal, and no noise either.
            let intact = truth.clipped.0 == 0;
            if let (Some(measured), Some(truth)) = (measured.snr, truth.snr.filter(|_| intact)) {
                largest = largest.max((measured - truth).abs());
                if (measured - truth).abs() > SNR_WITHIN {
                    faults.push(format!(
                        "{}: {channel}: SNR is {truth:.1} dB, and {measured:.1} dB were measured",
                        file.path
                    ));
                }
            }
            if measured.clipped != truth.clipped.0 {
                faults.push(format!(
                    "{}: {channel}: {} samples are clipped, and {} were measured",
                    file.path, truth.clipped.0, measured.clipped
                ));
            }
        }
    }
    Ok((recordings, largest, faults))
}
