//! Tier 2: an ONNX text-embedding model out of a directory, run by fastembed and ONNX Runtime.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard},
};

use fastembed::{InitOptionsUserDefined, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel};

use super::{
    EmbedError, Embedder, ModelInfo,
    model_dir::{self, ModelDir, Pooling},
    onnx_runtime::{self, contained, lock},
};

/// Texts that go through the network at once. One: an int8 network scales its numbers by the largest of the batch,
/// so in company a text's vector would depend on the company. With sorted lengths, batches of 8 are no faster.
const BATCH: usize = 1;

/// Texts that are embedded between two chances for a question to get its turn.
const SLICE: usize = 8;

/// Bytes of a text that are tokenised, per token that is read.
const BYTES_PER_TOKEN: usize = 64;

/// Changes with the code that turns a text into a vector; part of a model's fingerprint.
const ALGORITHM: &[u8] = b"one text a batch; revision 1";

/// Where things are and how much of the machine may be used.
#[derive(Clone, Debug, Default)]
pub struct FastembedOptions {
    /// The ONNX Runtime library, or the folder that holds it. Searched for where `None`.
    pub runtime: Option<PathBuf>,
    /// Threads that one embedding may use; all processors where `None`.
    pub threads: Option<usize>,
}

/// An ONNX text-embedding model that was installed in a directory.
///
/// One text is embedded at a time, whoever asks; questions wait for at most a few documents.
pub struct FastembedModel {
    info: ModelInfo,
    query_prefix: String,
    document_prefix: String,
    network: FairMutex<TextEmbedding>,
}

impl FastembedModel {
    /// Loads the model in `directory`, and ONNX Runtime with it where this process has not done so yet.
    ///
    /// The directory holds a network (`model_int8.onnx` or `model.onnx`, at the top or under `onnx/`),
    /// `tokenizer.json`, `tokenizer_config.json`, perhaps `config.json` and `special_tokens_map.json`, and perhaps
    /// `contexd-model.toml` with settings: `pooling`, `max_length`, `query_prefix`, `document_prefix`, `name`, `file`.
    pub fn open(directory: &Path, options: &FastembedOptions) -> Result<Self, EmbedError> {
        let files = ModelDir::read(directory)?;
        let library = onnx_runtime::locate(options.runtime.as_deref(), directory)?;
        let environment = onnx_runtime::load(&library)?;
        let mut session = InitOptionsUserDefined::new()
            .with_environment(environment)
            .with_max_length(files.max_tokens())
            .with_session_config("session.intra_op.allow_spinning", "0");
        session.intra_threads = options.threads;
        Self::load(files, session)
    }

    fn load(files: ModelDir, session: InitOptionsUserDefined) -> Result<Self, EmbedError> {
        let (name, fingerprint, max_tokens) =
            (files.name.clone(), files.fingerprint(ALGORITHM), files.max_tokens());
        let (settings, path) = (files.settings.clone(), files.network_path.clone());
        let refused = |reason: String| model_dir::unusable(&path, &reason);
        let mut network = contained(|| TextEmbedding::try_new_from_user_defined(definition(files), session))
            .map_err(refused)?;
        let dimension = contained(|| probe(&mut network)).map_err(refused)?;
        Ok(Self {
            info: ModelInfo { name, fingerprint, dimension, max_tokens },
            query_prefix: settings.query_prefix,
            document_prefix: settings.document_prefix,
            network: FairMutex::new(network),
        })
    }

    /// One unit vector a text; zeros for a text of white space.
    fn embed(&self, prefix: &str, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let mut vectors = vec![vec![0.0; self.info.dimension]; texts.len()];
        let filled: Vec<usize> = (0..texts.len()).filter(|index| !texts[*index].trim().is_empty()).collect();
        for slice in filled.chunks(SLICE) {
            let inputs: Vec<String> = slice.iter().map(|index| self.input(prefix, texts[*index])).collect();
            for (index, vector) in slice.iter().zip(self.run(&inputs)?) {
                vectors[*index] = vector;
            }
        }
        Ok(vectors)
    }

    fn input(&self, prefix: &str, text: &str) -> String {
        let end = text.floor_char_boundary(self.info.max_tokens * BYTES_PER_TOKEN);
        [prefix, &text[..end]].concat()
    }

    fn run(&self, inputs: &[String]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let mut network = self.network.lock();
        let vectors =
            contained(|| network.embed(inputs, Some(BATCH))).map_err(|reason| self.failed(reason))?;
        drop(network);
        if vectors.len() != inputs.len() || vectors.iter().any(|vector| vector.len() != self.info.dimension) {
            return Err(self.failed("it gave vectors of another number or length than before".to_owned()));
        }
        Ok(vectors.into_iter().map(unit_or_zero).collect())
    }

    fn failed(&self, reason: String) -> EmbedError {
        EmbedError::Inference { model: self.info.name.clone(), reason }
    }
}

impl Embedder for FastembedModel {
    fn model(&self) -> &ModelInfo {
        &self.info
    }

    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.embed(&self.document_prefix, texts)
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        let mut vectors = self.embed(&self.query_prefix, &[text])?;
        Ok(vectors.swap_remove(0))
    }
}

fn definition(files: ModelDir) -> UserDefinedEmbeddingModel {
    let tokenizer = TokenizerFiles {
        tokenizer_file: files.tokenizer,
        config_file: files.config,
        special_tokens_map_file: files.special_tokens_map,
        tokenizer_config_file: files.tokenizer_config,
    };
    let pooling = match files.settings.pooling {
        Pooling::Mean => fastembed::Pooling::Mean,
        Pooling::Cls => fastembed::Pooling::Cls,
    };
    let mut definition = UserDefinedEmbeddingModel::new(files.network, tokenizer).with_pooling(pooling);
    if let Some((name, content)) = files.external_weights {
        definition = definition.with_external_initializer(name, content);
    }
    definition
}

/// Embeds one word, to see that the network is a text-embedding model at all and how long its vectors are.
fn probe(network: &mut TextEmbedding) -> Result<usize, String> {
    let vectors = network.embed(["probe"], Some(BATCH)).map_err(|error| error.to_string())?;
    match vectors.as_slice() {
        [vector] if !vector.is_empty() => Ok(vector.len()),
        _ => Err("the network gives no vector for a text".to_owned()),
    }
}

/// fastembed scales to length 1; what is left are vectors that have no direction.
fn unit_or_zero(vector: Vec<f32>) -> Vec<f32> {
    if vector.iter().all(|component| component.is_finite()) { vector } else { vec![0.0; vector.len()] }
}

/// A mutex that two users get in turns: who waits for it is next, even while its holder locks it again and again.
struct FairMutex<T> {
    next: Mutex<()>,
    value: Mutex<T>,
}

impl<T> FairMutex<T> {
    fn new(value: T) -> Self {
        Self { next: Mutex::new(()), value: Mutex::new(value) }
    }

    fn lock(&self) -> MutexGuard<'_, T> {
        let _place_in_the_queue = lock(&self.next);
        lock(&self.value)
    }
}

#[cfg(test)]
mod tests {
    //! Tests that run a network need ONNX Runtime: the file that `CONTEXD_TEST_ONNX_RUNTIME` names, or an installed
    //! one. Without it they say so and pass. `CONTEXD_TEST_MODEL_DIR` adds a test of a real model.

    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const TINY_MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/embed/testdata/tiny-model");
    const TINY_FILES: [&str; 3] = ["model.onnx", "tokenizer.json", "tokenizer_config.json"];

    /// A copy of the tiny model with other content in some files; `None` removes the file.
    fn tiny_model_with(changes: &[(&str, Option<&[u8]>)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for file in TINY_FILES {
            std::fs::copy(Path::new(TINY_MODEL).join(file), directory.path().join(file)).unwrap();
        }
        for (file, content) in changes {
            match content {
                Some(content) => std::fs::write(directory.path().join(file), content).unwrap(),
                None => std::fs::remove_file(directory.path().join(file)).unwrap(),
            }
        }
        directory
    }

    fn options_or_skip(model: &Path) -> Option<FastembedOptions> {
        let asked = std::env::var_os("CONTEXD_TEST_ONNX_RUNTIME").map(PathBuf::from);
        match onnx_runtime::locate(asked.as_deref(), model) {
            Ok(library) => Some(FastembedOptions { runtime: Some(library), threads: Some(1) }),
            Err(_) => {
                eprintln!("skipped: no onnx runtime (set CONTEXD_TEST_ONNX_RUNTIME to the library)");
                None
            }
        }
    }

    /// Opens a variant of the tiny model and hands it to `check`; skips without a runtime.
    fn with_tiny_model(changes: &[(&str, Option<&[u8]>)], check: impl FnOnce(&FastembedModel)) {
        let directory = tiny_model_with(changes);
        let Some(options) = options_or_skip(directory.path()) else { return };
        check(&FastembedModel::open(directory.path(), &options).unwrap());
    }

    fn check_refused(changes: &[(&str, Option<&[u8]>)], expected: &str) {
        let directory = tiny_model_with(changes);
        let Some(options) = options_or_skip(directory.path()) else { return };
        let Err(error) = FastembedModel::open(directory.path(), &options) else {
            panic!("opened: {expected}")
        };
        assert!(matches!(error, EmbedError::Model { .. }), "{error:?}");
        assert!(error.to_string().contains(expected), "{error}");
    }

    fn settings(text: &str) -> [(&str, Option<&[u8]>); 1] {
        [("contexd-model.toml", Some(text.as_bytes()))]
    }

    #[test]
    fn a_missing_runtime_is_an_error_with_a_hint() {
        let options = FastembedOptions { runtime: Some("/nowhere/libonnxruntime.so".into()), threads: None };
        let Err(error) = FastembedModel::open(Path::new(TINY_MODEL), &options) else { panic!("opened") };
        assert!(matches!(error, EmbedError::Runtime { .. }), "{error:?}");
        assert!(error.to_string().contains("hint: install onnx runtime"), "{error}");
    }

    #[test]
    fn pools_and_scales() {
        with_tiny_model(&[], |model| {
            assert_eq!(model.model().dimension, 4);
            assert_eq!(model.model().max_tokens, 16);
            let vectors = model.embed_documents(&["Read", "open file"]).unwrap();
            let half = 0.5_f32.sqrt();
            for (vector, expected) in vectors.iter().zip([[0.6, 0.8, 0.0, 0.0], [half, half, 0.0, 0.0]]) {
                let distance = vector.iter().zip(expected).map(|(a, b)| (a - b).abs()).sum::<f32>();
                assert!(distance < 1e-6, "{vector:?}");
            }
        });
    }

    #[test]
    fn texts_without_a_direction_give_zeros() {
        with_tiny_model(&[], |model| {
            let zeros = vec![vec![0.0; 4]; 3];
            assert_eq!(model.embed_documents(&["", " \n\t", "broken"]).unwrap(), zeros);
            assert_eq!(model.embed_documents(&[]).unwrap(), Vec::<Vec<f32>>::new());
        });
    }

    #[test]
    fn settings_change_pooling_and_prefixes() {
        with_tiny_model(&settings("pooling = \"cls\"\nname = \"first\""), |model| {
            assert_eq!(model.model().name, "first");
            assert_eq!(model.embed_query("open file").unwrap(), [0.0, 1.0, 0.0, 0.0]);
        });
        with_tiny_model(&settings("query_prefix = \"query \"\npooling = \"cls\""), |model| {
            assert_eq!(model.embed_query("open").unwrap(), [0.0, 0.0, 1.0, 0.0]);
            assert_eq!(model.embed_documents(&["open"]).unwrap()[0], [0.0, 1.0, 0.0, 0.0]);
        });
    }

    #[test]
    fn only_the_first_tokens_of_a_long_text_count() {
        with_tiny_model(&[], |model| {
            let long = "file ".repeat(100_000) + "socket";
            assert_eq!(model.embed_query(&long).unwrap(), [1.0, 0.0, 0.0, 0.0]);
        });
    }

    #[test]
    fn damaged_models_are_errors() {
        let network = std::fs::read(Path::new(TINY_MODEL).join("model.onnx")).unwrap();
        check_refused(&[("model.onnx", Some(&network[..network.len() / 2]))], "model.onnx");
        check_refused(&[("model.onnx", Some(b""))], "model.onnx");
        check_refused(&[("model.onnx", Some(&[0xff; 4096]))], "model.onnx");
        check_refused(&[("tokenizer.json", Some(b"{}"))], "tokenizer.json");
        check_refused(&[("tokenizer.json", Some(b"\xff\xfe"))], "tokenizer.json");
        check_refused(&[("tokenizer_config.json", Some(b"{}"))], "model_max_length");
        check_refused(&[("tokenizer_config.json", None)], "tokenizer_config.json");
    }

    #[test]
    fn a_model_of_another_kind_is_an_error() {
        let network = std::fs::read(Path::new(TINY_MODEL).join("model.onnx")).unwrap();
        let other_input = replace(&network, b"attention_mask", b"attention_musk");
        check_refused(&[("model.onnx", Some(&other_input))], "attention_mask");
    }

    fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
        [&bytes[..at], to, &bytes[at + from.len()..]].concat()
    }

    #[test]
    fn many_threads_may_ask_at_once() {
        with_tiny_model(&[], |model| {
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        let vectors = model.embed_documents(&["open"; 50]).unwrap();
                        assert!(vectors.iter().all(|vector| vector[1] == 1.0));
                    });
                }
            });
        });
    }

    #[test]
    fn a_real_model_tells_related_from_unrelated() {
        let Some(directory) = std::env::var_os("CONTEXD_TEST_MODEL_DIR").map(PathBuf::from) else {
            eprintln!("skipped: CONTEXD_TEST_MODEL_DIR names no model directory");
            return;
        };
        let Some(options) = options_or_skip(&directory) else { return };
        let model = FastembedModel::open(&directory, &options).unwrap();
        let documents = [
            "fn load(path: &Path) -> io::Result<String> { fs::read_to_string(path) }",
            "fn retry_delay(attempt: u32) -> Duration { BASE * 2_u32.pow(attempt) }",
            "def median(values): return sorted(values)[len(values) // 2]",
        ];
        let vectors = model.embed_documents(&documents).unwrap();
        for (right, question) in [
            "read the content of a file",
            "wait longer after each failure",
            "the middle of a list of numbers",
        ]
        .into_iter()
        .enumerate()
        {
            let query = model.embed_query(question).unwrap();
            let scores: Vec<f32> = vectors.iter().map(|vector| dot(vector, &query)).collect();
            assert!(
                scores.iter().enumerate().all(|(index, score)| index == right || *score < scores[right]),
                "{question}: {scores:?}"
            );
        }
        for (document, vector) in documents.iter().zip(&vectors) {
            assert!((dot(vector, vector) - 1.0).abs() < 1e-5);
            assert_eq!(model.embed_documents(&[document]).unwrap()[0], *vector, "company changed the vector");
        }
    }

    fn dot(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }
}
