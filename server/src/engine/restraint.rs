//! When work that can wait should wait: the machine is busy with other things, or runs on battery.

use std::fs;
use std::path::Path;

/// How considerate the making of an installed model's vectors is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Restraint {
    /// Load average a processor, over the last minute, above which nothing is embedded; 0 for no such limit. The load
    /// that embedding makes by itself counts too, and is at most 1.
    pub max_load: f32,
    /// Whether to embed while the machine runs on battery.
    pub on_battery: bool,
}

impl Default for Restraint {
    fn default() -> Self {
        Self { max_load: 1.5, on_battery: false }
    }
}

impl Restraint {
    /// Why to wait at this moment. A system that does not say how it is doing is taken to be idle and on mains.
    pub(crate) fn reason_to_wait(self) -> Option<String> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let load = fs::read_to_string("/proc/loadavg").ok();
        self.too_much_load(load.as_deref().unwrap_or_default(), processors)
            .or_else(|| self.no_mains(Path::new("/sys/class/power_supply")))
    }

    /// `averages` begins with the load average of the last minute.
    fn too_much_load(self, averages: &str, processors: usize) -> Option<String> {
        let load: f32 = averages.split_whitespace().next()?.parse().ok()?;
        let is_busy = self.max_load > 0.0 && load > self.max_load * processors as f32;
        is_busy.then(|| format!("the machine is busy (load {load} on {processors} processors)"))
    }

    /// `supplies` has a folder a battery or mains adapter.
    fn no_mains(self, supplies: &Path) -> Option<String> {
        if self.on_battery {
            return None;
        }
        let read = |folder: &Path, name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
        let is_discharging = |folder: &Path| {
            let of_a_device = read(folder, "scope").trim() == "Device";
            read(folder, "type").trim() == "Battery"
                && read(folder, "status").trim() == "Discharging"
                && !of_a_device
        };
        let mut entries = fs::read_dir(supplies).ok()?.flatten();
        entries.any(|entry| is_discharging(&entry.path())).then(|| "the machine runs on battery".to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn load_counts_by_processor() {
        let restraint = Restraint { max_load: 1.5, ..Restraint::default() };
        let busy = restraint.too_much_load("3.20 1.00 0.50 2/300 1234\n", 2).unwrap();
        assert!(busy.contains("3.2") && busy.contains("2 processors"), "{busy}");
        assert_eq!(restraint.too_much_load("3.00 9.00 9.00 2/300 1234\n", 2), None);
        assert_eq!(restraint.too_much_load("", 2), None);
        let never = Restraint { max_load: 0.0, ..restraint };
        assert_eq!(never.too_much_load("99.0 99.0 99.0", 1), None);
    }

    #[test]
    fn a_battery_that_discharges_is_a_reason_to_wait() {
        let supplies = tempfile::tempdir().unwrap();
        let supply = |name: &str, files: &[(&str, &str)]| {
            let folder = supplies.path().join(name);
            fs::create_dir_all(&folder).unwrap();
            files.iter().for_each(|(file, text)| fs::write(folder.join(file), format!("{text}\n")).unwrap());
        };
        let asked = || Restraint::default().no_mains(supplies.path());
        supply("AC", &[("type", "Mains"), ("online", "0")]);
        supply("mouse", &[("type", "Battery"), ("status", "Discharging"), ("scope", "Device")]);
        supply("BAT0", &[("type", "Battery"), ("status", "Charging")]);
        assert_eq!(asked(), None);
        supply("BAT0", &[("status", "Discharging")]);
        assert_eq!(asked().as_deref(), Some("the machine runs on battery"));
        let anyway = Restraint { on_battery: true, ..Restraint::default() };
        assert_eq!(anyway.no_mains(supplies.path()), None);
        assert_eq!(Restraint::default().no_mains(Path::new("/nowhere")), None);
    }
}
