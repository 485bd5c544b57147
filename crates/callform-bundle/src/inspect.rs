//! Whether a program runs on Lambda: its processor, and the C library it needs.

use object::elf::{EM_AARCH64, EM_X86_64, FileHeader64, SHT_DYNSYM, VER_FLG_WEAK};
use object::read::elf::{FileHeader, SectionTable, Sym};
use object::{Endianness, StringTable, SymbolIndex};

use crate::Architecture;
use crate::error::Unfit;

/// Version of glibc in Amazon Linux 2023.
pub const GLIBC_OF_AL2023: (u32, u32) = (2, 34);

/// Checks that a program is an executable for a processor, and that Amazon Linux 2023 has every symbol it needs.
pub fn inspect(program: &[u8], architecture: Architecture) -> Result<(), Unfit> {
    let not_elf = |error: object::Error| Unfit::NotElf(error.to_string());
    let header = FileHeader64::<Endianness>::parse(program).map_err(not_elf)?;
    let endian = header.endian().map_err(not_elf)?;
    let machine = header.e_machine(endian);
    let wanted = match architecture {
        Architecture::X8664 => EM_X86_64,
        Architecture::Arm64 => EM_AARCH64,
    };
    if machine != wanted {
        return Err(Unfit::WrongMachine { found: machine_name(machine), wanted: architecture });
    }
    let sections = header.sections(endian, program).map_err(not_elf)?;
    let newest = newest_need(&sections, endian, program).map_err(not_elf)?;
    match newest {
        Some(need) if need.number > GLIBC_OF_AL2023 => Err(Unfit::NewerGlibc {
            symbol: symbol_of(&sections, endian, program, need.index)
                .map_err(not_elf)?
                .map_or_else(|| "it".to_owned(), |name| format!("`{name}`")),
            version: need.version,
            has: format!("{}.{}", GLIBC_OF_AL2023.0, GLIBC_OF_AL2023.1),
        }),
        _ => Ok(()),
    }
}

fn machine_name(machine: u16) -> String {
    match machine {
        EM_X86_64 => Architecture::X8664.name().to_owned(),
        EM_AARCH64 => Architecture::Arm64.name().to_owned(),
        other => format!("machine {other}"),
    }
}

type Sections<'data> = SectionTable<'data, FileHeader64<Endianness>>;

/// A version of glibc that a program cannot start without.
struct Need {
    version: String,
    number: (u32, u32),
    /// The number that symbols of this version carry.
    index: u16,
}

/// The newest version of glibc that the loader insists on. Weak needs are not among them: where such a symbol is not
/// there, the program does without.
fn newest_need(sections: &Sections<'_>, endian: Endianness, program: &[u8]) -> Result<Option<Need>, object::Error> {
    let Some((libraries, strings)) = sections.gnu_verneed(endian, program)? else { return Ok(None) };
    let strings = sections.strings(endian, program, strings)?;
    let mut newest: Option<Need> = None;
    for library in libraries {
        let (_, versions) = library?;
        for version in versions {
            let version = version?;
            if version.vna_flags.get(endian) & VER_FLG_WEAK != 0 {
                continue;
            }
            let name = String::from_utf8_lossy(version.name(endian, strings)?).into_owned();
            let Some(number) = glibc(&name) else { continue };
            if newest.as_ref().is_none_or(|newest| newest.number < number) {
                newest = Some(Need { version: name, number, index: version.vna_other.get(endian) });
            }
        }
    }
    Ok(newest)
}

/// `GLIBC_2.34` as numbers; none for other names, such as `GLIBC_PRIVATE` and `GCC_3.0`.
fn glibc(name: &str) -> Option<(u32, u32)> {
    let mut numbers = name.strip_prefix("GLIBC_")?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// The name of the first symbol of a version.
fn symbol_of(
    sections: &Sections<'_>,
    endian: Endianness,
    program: &[u8],
    version: u16,
) -> Result<Option<String>, object::Error> {
    let symbols = sections.symbols(endian, program, SHT_DYNSYM)?;
    let Some(versions) = sections.versions(endian, program)? else { return Ok(None) };
    let strings: StringTable<'_> = symbols.strings();
    for (index, symbol) in symbols.enumerate() {
        if versions.version_index(endian, SymbolIndex(index.0)).index() == version {
            return Ok(Some(String::from_utf8_lossy(symbol.name(endian, strings)?).into_owned()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// This very test program: an ELF executable for the machine it runs on.
    fn own() -> Vec<u8> {
        std::fs::read(std::env::current_exe().unwrap()).unwrap()
    }

    fn native() -> Architecture {
        if cfg!(target_arch = "x86_64") { Architecture::X8664 } else { Architecture::Arm64 }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_newer_glibc_is_named_with_its_symbol() {
        let mut program = own();
        // The version that `__libc_start_main` has since glibc 2.34, made newer than any.
        let old = b"GLIBC_2.34\0";
        let places: Vec<_> = program.windows(old.len()).enumerate().filter(|(_, bytes)| bytes == old).collect();
        let places: Vec<_> = places.into_iter().map(|(place, _)| place).collect();
        assert!(!places.is_empty(), "this system's glibc is older than 2.34");
        for place in places {
            program[place..place + old.len()].copy_from_slice(b"GLIBC_2.99\0");
        }
        match inspect(&program, native()) {
            Err(Unfit::NewerGlibc { symbol, version, has }) => {
                assert_eq!((version.as_str(), has.as_str()), ("GLIBC_2.99", "2.34"));
                assert!(symbol.starts_with('`') && symbol.len() > 2, "{symbol}");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_processor_has_to_be_the_right_one() {
        let other = if native() == Architecture::X8664 { Architecture::Arm64 } else { Architecture::X8664 };
        let found = native().name().to_owned();
        assert_eq!(inspect(&own(), other), Err(Unfit::WrongMachine { found, wanted: other }));
    }

    #[test]
    fn no_program_at_all() {
        for text in [&b""[..], b"#!/bin/sh\n", b"\x7fELF", &[0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0]] {
            assert!(matches!(inspect(text, Architecture::X8664), Err(Unfit::NotElf(_))), "{text:?}");
        }
    }

    #[test]
    fn cut_programs_are_refused_or_accepted_but_never_panic() {
        let program = own();
        for length in (0..program.len()).step_by(program.len() / 97 + 1) {
            let _any = inspect(&program[..length], native());
        }
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(glibc("GLIBC_2.34"), Some((2, 34)));
        assert!(glibc("GLIBC_2.4").unwrap() < GLIBC_OF_AL2023);
        assert_eq!(glibc("GLIBC_2.2.5"), Some((2, 2)));
        assert_eq!((glibc("GLIBC_PRIVATE"), glibc("GCC_3.0")), (None, None));
    }
}
