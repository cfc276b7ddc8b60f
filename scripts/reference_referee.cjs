// Asks TypeScript's language service where names are defined: questions and answers are JSON lines. Used by
// reference_referee.py.
"use strict";

const fs = require("fs");
const path = require("path");
const ts = require(require.resolve("typescript", { paths: [process.cwd(), ...(process.env.NODE_PATH ?? "").split(":")] }));

const tree = process.argv[2];
const questions = fs.readFileSync(0, "utf8").split("\n").filter(Boolean).map(line => JSON.parse(line));

// One service for each configuration: the files that it names, and those asked about.
const groups = new Map();
for (const question of questions) {
  question.file = path.join(tree, question.path);
  const config = ts.findConfigFile(path.dirname(question.file), ts.sys.fileExists) ?? "";
  const key = config.startsWith(tree) ? config : "";
  groups.set(key, [...(groups.get(key) ?? []), question]);
}
for (const [config, asked] of groups) answerAll(config, asked);

function answerAll(config, asked) {
  const service = ts.createLanguageService(host(config, asked.map(question => question.file)));
  for (const question of asked) {
    let definitions = [];
    try {
      definitions = find(service, question);
    } catch (error) {
      process.stderr.write(`${question.path}: ${error.message}\n`);
    }
    process.stdout.write(JSON.stringify({ number: question.number, definitions }) + "\n");
  }
  service.dispose();
}

function host(config, files) {
  const parsed = config
    ? ts.parseJsonConfigFileContent(ts.readConfigFile(config, ts.sys.readFile).config ?? {}, ts.sys, path.dirname(config))
    : { options: {}, fileNames: [] };
  const defaults = {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    noEmit: true,
    jsx: ts.JsxEmit.Preserve,
  };
  const names = [...new Set([...parsed.fileNames, ...files])];
  return {
    getCompilationSettings: () => ({ ...defaults, ...parsed.options }),
    getScriptFileNames: () => names,
    getScriptVersion: () => "1",
    getScriptSnapshot: name => {
      const text = ts.sys.readFile(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => (config ? path.dirname(config) : tree),
    getDefaultLibFileName: options => ts.getDefaultLibFilePath(options),
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    realpath: ts.sys.realpath,
  };
}

function find(service, question) {
  const source = service.getProgram().getSourceFile(question.file);
  if (!source) return [];
  const position = source.getPositionOfLineAndCharacter(question.line, question.character);
  const found = service.getDefinitionAtPosition(question.file, position) ?? [];
  // An import that leads nowhere is its own definition: of it nothing is known.
  const known = found.filter(definition => definition.kind !== ts.ScriptElementKind.alias);
  return known.flatMap(definition => places(service, definition));
}

// Where a definition is: its name, and for a constructor also the class's.
function places(service, definition) {
  const source = service.getProgram().getSourceFile(definition.fileName);
  if (!source) return [];
  const at = start => source.getLineAndCharacterOfPosition(start).line;
  const places = [{ path: definition.fileName, line: at(definition.textSpan.start), local: isValue(source, definition) }];
  if (definition.kind === ts.ScriptElementKind.constructorImplementationElement) {
    const name = classAround(source, definition.textSpan.start)?.name;
    if (name) places.push({ path: definition.fileName, line: at(name.getStart(source)), local: false });
  }
  return places;
}

// Whether it is a parameter, a type parameter, or a local variable that holds no function.
function isValue(source, definition) {
  const node = innermost(source, definition.textSpan.start, node => ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isTypeParameterDeclaration(node) || ts.isBindingElement(node));
  if (!node?.name || node.name.getStart(source) !== definition.textSpan.start) return false;
  if (!ts.isVariableDeclaration(node)) return true;
  const holdsDefinition = node.initializer && (ts.isFunctionLike(node.initializer) || ts.isClassLike(node.initializer));
  const isInFunction = innermost(source, node.pos - 1, ts.isFunctionLike) !== undefined;
  return isInFunction && !holdsDefinition;
}

function classAround(source, position) {
  return innermost(source, position, ts.isClassLike);
}

// The innermost node around a position that is of a kind.
function innermost(source, position, isWanted) {
  let found;
  const visit = node => {
    if (position < node.getFullStart() || position >= node.getEnd()) return;
    if (isWanted(node)) found = node;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
