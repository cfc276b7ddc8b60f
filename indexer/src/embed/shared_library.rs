//! Looks at a shared library before the system's loader does, which ends the process on a file that is cut off.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

/// Checks that the file can be a shared library of this machine. Only ELF files are looked into; elsewhere the
/// loader decides.
pub(super) fn check(path: &Path) -> Result<(), String> {
    let mut file = File::open(path).map_err(|error| error.to_string())?;
    if cfg!(all(target_os = "linux", target_pointer_width = "64", target_endian = "little")) {
        check_elf(&mut file)
    } else {
        Ok(())
    }
}

/// Bytes of an ELF file's header and of an entry of its program header table, for 64 bits.
const HEADER: usize = 64;
const ENTRY: usize = 56;

fn check_elf(file: &mut File) -> Result<(), String> {
    let length = file.metadata().map_err(|error| error.to_string())?.len();
    let mut header = [0; HEADER];
    let complete = file.read_exact(&mut header).is_ok();
    if !complete || !header.starts_with(b"\x7fELF\x02\x01") {
        return Err("not a 64-bit shared library".to_owned());
    }
    if machine().is_some_and(|machine| u16_at(&header, 18) != machine) {
        return Err("the library is made for another processor".to_owned());
    }
    let table_ends = last_byte_of_segments(file, &header).map_err(|_| cut_off())?;
    if table_ends > length { Err(cut_off()) } else { Ok(()) }
}

/// Where in the file the furthest segment ends.
fn last_byte_of_segments(file: &mut File, header: &[u8]) -> std::io::Result<u64> {
    let entries = usize::from(u16_at(header, 56));
    let mut table = vec![0; entries * ENTRY];
    file.seek(SeekFrom::Start(u64_at(header, 32)))?;
    file.read_exact(&mut table)?;
    let ends = table.chunks_exact(ENTRY).map(|entry| u64_at(entry, 8).saturating_add(u64_at(entry, 32)));
    Ok(ends.max().unwrap_or(0))
}

/// The number ELF files have for this machine's processor, where we know it.
fn machine() -> Option<u16> {
    match std::env::consts::ARCH {
        "x86_64" => Some(62),
        "aarch64" => Some(183),
        "riscv64" => Some(243),
        _ => None,
    }
}

fn cut_off() -> String {
    "the library is cut off; was its download interrupted?".to_owned()
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut number = [0; 8];
    number.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(number)
}
