//! Writes the seeds into a folder for each target: `seeds FOLDER`.

use std::path::PathBuf;

use callform_fuzz::inputs;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| "corpus".into()));
    for (target, seeds) in [("flow_decode", inputs::flows()), ("steps_compile", inputs::steps())] {
        let folder = folder.join(target);
        std::fs::create_dir_all(&folder)?;
        for (number, seed) in seeds.iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), seed)?;
        }
    }
    Ok(())
}
