//! What numbers and quantities are called is written once, in the model.

use std::fs;
use std::path::{Path, PathBuf};

use stillstand::model::Key;
use stillstand::model::curves::{COUNTERS, CURVES};
use stillstand::model::metrics::metrics;
use syn::visit::{self, Visit};

/// The text literals of a file outside of its tests.
#[derive(Default)]
struct Literals(Vec<String>);

impl Visit<'_> for Literals {
    fn visit_item_mod(&mut self, module: &syn::ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_lit_str(&mut self, literal: &syn::LitStr) {
        self.0.push(literal.value());
    }

    fn visit_attribute(&mut self, _: &syn::Attribute) {}

    fn visit_macro(&mut self, part: &syn::Macro) {
        self.tokens(part.tokens.clone());
    }
}

impl Literals {
    /// The literals in the arguments of a macro, which have no syntax of their own.
    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Group(group) => self.tokens(group.stream()),
                proc_macro2::TokenTree::Literal(literal) => {
                    if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                        self.0.push(text.value());
                    }
                }
                proc_macro2::TokenTree::Ident(_) | proc_macro2::TokenTree::Punct(_) => {}
            }
        }
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
    })
}

/// The Rust files below a folder that are no tests, sorted.
fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_stem().unwrap().to_str().unwrap();
        if ["tests", "example", "properties"].contains(&name) {
            continue;
        }
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// What no text outside of the model may hold: names of numbers and quantities, of a family what stands before its
/// parameter.
fn names() -> Vec<&'static str> {
    let keys = metrics()
        .iter()
        .map(|metric| metric.key)
        .chain(CURVES.iter().chain(&COUNTERS).map(|curve| curve.key));
    let beginning = |key: Key| key.0.split('<').next().unwrap();
    keys.map(beginning).filter(|name| !name.is_empty()).collect()
}

#[test]
fn names_of_numbers_stand_in_the_model_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let names = names();
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !file.starts_with(root.join("model"))) {
        let mut literals = Literals::default();
        let source = fs::read_to_string(file).unwrap();
        literals.visit_file(&syn::parse_file(&source).unwrap());
        for text in literals.0 {
            let held = names.iter().filter(|name| text.contains(**name));
            let line = source.lines().position(|line| line.contains(&text)).map_or(0, |line| line + 1);
            let place = file.strip_prefix(&root).unwrap().display();
            found.extend(held.map(|name| format!("src/{place}:{line}: `{name}` in {text:?}")));
        }
    }
    assert!(files.len() > 100, "{}", files.len());
    assert!(found.is_empty(), "a name of the model as text:\n{}", found.join("\n"));
}
