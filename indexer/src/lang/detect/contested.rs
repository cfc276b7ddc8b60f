//! Extensions that several languages use, told apart by what stands in the file.

use super::headers::language_of_header;

/// What makes a file of a contested extension one of a language.
struct Claim {
    language: &'static str,
    /// What a line begins with, white space aside.
    starts: &'static [&'static str],
    /// What a line holds.
    holds: &'static [&'static str],
}

const fn claim(
    language: &'static str,
    starts: &'static [&'static str],
    holds: &'static [&'static str],
) -> Claim {
    Claim { language, starts, holds }
}

/// Extensions with the claims on them; the first that holds wins. Without one, the table's row has the extension.
const CONTESTED: [(&str, &[Claim]); 10] = [
    (
        "m",
        &[
            claim(
                "objective-c",
                &["@interface", "@implementation", "@protocol", "#import", "@import", "#include"],
                &[],
            ),
            claim("matlab", &["function ", "%", "classdef ", "clear ", "clc", "close all"], &[]),
            claim("mathematica", &["(*"], &[":= "]),
        ],
    ),
    (
        "pl",
        &[
            claim("prolog", &[":- "], &[") :-", "):-"]),
            claim("perl", &["use strict", "use warnings", "#!", "package ", "sub ", "my $", "require "], &[]),
        ],
    ),
    // tests that are sessions of a shell
    ("t", &[claim("perl", &["use ", "#!", "my ", "package "], &[]), claim("text", &["$ "], &[])]),
    (
        "v",
        &[
            claim("verilog", &["endmodule", "`timescale", "`include", "`define", "always @"], &[]),
            claim(
                "coq",
                &["Require Import", "From ", "Theorem ", "Lemma ", "Proof.", "Definition ", "Inductive "],
                &[],
            ),
            claim("vlang", &["fn ", "pub fn ", "module main", "import os"], &[]),
        ],
    ),
    (
        "cls",
        &[
            claim("tex", &["\\NeedsTeXFormat", "\\ProvidesClass", "\\documentclass", "%"], &[]),
            claim("visualbasic", &["VERSION 1.0 CLASS", "Attribute VB_", "Option Explicit"], &[]),
            claim("apex", &["public ", "global ", "private ", "@isTest", "@IsTest"], &[" class "]),
        ],
    ),
    ("d", &[claim("make", &[], &[".o:", ".o: "]), claim("d", &["module ", "import "], &[])]),
    ("fs", &[claim("glsl", &["#version", "uniform ", "varying ", "precision "], &["gl_FragColor"])]),
    ("ts", &[claim("xml", &["<?xml", "<!DOCTYPE TS"], &[])]),
    (
        "inc",
        &[
            claim("php", &["<?php", "<?="], &[]),
            claim("cpp", &["namespace ", "template <", "template<", "class "], &["std::"]),
            claim("c", &["#include", "#define", "#if", "static ", "typedef "], &[]),
            claim("assembly", &[".macro", ".globl", "%macro", "section "], &[]),
        ],
    ),
    ("pro", &[claim("prolog", &[":- "], &[" :- ", "):-"])]),
];

/// The language that the content gives a file with this extension; `None` where it says nothing.
pub(super) fn language_of(extension: &str, text: &str) -> Option<&'static str> {
    if extension.eq_ignore_ascii_case("h") {
        return language_of_header(text);
    }
    let (_, claims) = CONTESTED.iter().find(|(contested, _)| *contested == extension)?;
    let held = claims.iter().find(|claim| text.lines().any(|line| claim.is_made_by(line)));
    held.map(|claim| claim.language)
}

/// Whether the extension alone does not say the language.
pub(super) fn is_contested(extension: &str) -> bool {
    extension.eq_ignore_ascii_case("h") || CONTESTED.iter().any(|(contested, _)| *contested == extension)
}

impl Claim {
    fn is_made_by(&self, line: &str) -> bool {
        let code = line.trim_start();
        self.starts.iter().any(|start| code.starts_with(start))
            || self.holds.iter().any(|word| line.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::by_name;

    #[test]
    fn claimed_languages_are_in_the_table() {
        for (extension, claims) in CONTESTED {
            for claim in claims {
                assert!(by_name(claim.language).is_some(), "{} of .{extension}", claim.language);
            }
        }
    }
}
