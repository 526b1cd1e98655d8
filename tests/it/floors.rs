//! The floors of the program, read from the imports: every file uses only floors below its own, and no files use each
//! other in a circle.
//!
//! The sources are parsed; every path in them (imports, types, expressions, arguments of macros) is followed through
//! re-exports to the file that defines what it names. Tests are left out. A file may use what its own parent module
//! defines for it (`super::…`): parent and children are one room, and such arrows are not counted in circles.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree};

/// The floors of the program from the ground up; rooms side by side do not use each other.
const FLOORS: [&[&str]; 8] =
    [&["stats"], &["model"], &["input"], &["run"], &["campaign", "init"], &["show"], &["write"], &["cli"]];

/// A crate as modules: the path of each module (`show::tables`) with what is in its file.
struct Sources {
    modules: BTreeMap<Vec<String>, Module>,
}

#[derive(Default)]
struct Module {
    file: PathBuf,
    items: BTreeSet<String>,
    /// What the module re-exports or imports under a name, as an absolute path.
    names: BTreeMap<String, Vec<String>>,
    /// Modules of which everything is re-exported.
    globs: Vec<Vec<String>>,
    /// Every path that is used outside of tests, absolute.
    uses: Vec<Vec<String>>,
}

impl Sources {
    fn read(root: &Path) -> Self {
        let mut sources = Self { modules: BTreeMap::new() };
        sources.file(&root.join("lib.rs"), &[], root);
        sources
    }

    /// Reads one file and the files of the modules that it declares.
    fn file(&mut self, file: &Path, path: &[String], folder: &Path) {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let children: BTreeSet<String> = parsed
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Mod(module) => Some(module.ident.to_string()),
                _ => None,
            })
            .collect();
        let mut reader = Reader {
            path: path.to_vec(),
            children,
            module: Module { file: file.to_owned(), ..Module::default() },
        };
        for item in &parsed.items {
            reader.visit_item(item);
        }
        self.modules.insert(path.to_vec(), reader.module);
        for item in &parsed.items {
            if let Item::Mod(module) = item
                && module.content.is_none()
                && !of_tests(&module.attrs)
            {
                let name = module.ident.to_string();
                let path: Vec<String> = path.iter().chain([&name]).cloned().collect();
                let (beside, inside) = (folder.join(format!("{name}.rs")), folder.join(&name).join("mod.rs"));
                let file = if beside.exists() { beside } else { inside };
                self.file(&file, &path, &folder.join(&name));
            }
        }
    }

    /// The module whose file defines what an absolute path names; `None` for other crates.
    fn resolve(&self, path: &[String], depth: usize) -> Option<&Vec<String>> {
        assert!(depth < 32, "re-exports in a circle: {path:?}");
        let mut at: Vec<String> = Vec::new();
        for (index, segment) in path.iter().enumerate() {
            let child: Vec<String> = at.iter().chain([segment]).cloned().collect();
            if self.modules.contains_key(&child) {
                at = child;
                continue;
            }
            let module = &self.modules[&at];
            let rest = &path[index + 1..];
            if module.items.contains(segment) {
                break;
            }
            if let Some(target) = module.names.get(segment) {
                let target: Vec<String> = target.iter().chain(rest).cloned().collect();
                return self.resolve(&target, depth + 1);
            }
            for glob in &module.globs {
                let target: Vec<String> = glob.iter().chain([segment]).chain(rest).cloned().collect();
                let (file, _) = self.modules.get_key_value(glob)?;
                if self.modules[file].items.contains(segment) {
                    return self.resolve(&target, depth + 1);
                }
            }
            break;
        }
        if at.is_empty() && path.first().is_some_and(|first| !self.modules[&at].items.contains(first)) {
            return None;
        }
        self.modules.get_key_value(&at).map(|(path, _)| path)
    }

    /// Which module uses which other, each arrow once.
    fn arrows(&self) -> BTreeSet<(&Vec<String>, &Vec<String>)> {
        self.modules
            .iter()
            .flat_map(|(from, module)| module.uses.iter().map(move |path| (from, self.resolve(path, 0))))
            .filter_map(|(from, to)| Some((from, to?)))
            .filter(|(from, to)| from != to)
            .collect()
    }

    fn name(&self, module: &[String]) -> String {
        self.modules[module].file.strip_prefix(manifest()).unwrap().display().to_string()
    }

    /// The circles: groups of files that all reach each other. Arrows from a child to its own ancestors do not count.
    fn circles(&self) -> Vec<Vec<String>> {
        let arrows: Vec<_> = self.arrows().into_iter().filter(|(from, to)| !from.starts_with(to)).collect();
        let reach = |start: &Vec<String>| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![start.clone()]);
            while let Some(at) = open.pop() {
                for (_, to) in arrows.iter().filter(|(from, _)| **from == at) {
                    if seen.insert((*to).clone()) {
                        open.push((*to).clone());
                    }
                }
            }
            seen
        };
        let reached: BTreeMap<_, _> = self.modules.keys().map(|module| (module, reach(module))).collect();
        let mut circles = BTreeSet::new();
        for (module, all) in &reached {
            let circle: Vec<String> =
                all.iter().filter(|other| reached[other].contains(*module)).map(|m| self.name(m)).collect();
            if circle.len() > 1 {
                circles.insert(circle);
            }
        }
        circles.into_iter().collect()
    }
}

/// Collects items, names and paths of one file.
struct Reader {
    path: Vec<String>,
    children: BTreeSet<String>,
    module: Module,
}

impl Reader {
    /// A path as written, from the root of the crate; `None` where it begins with a local name or another crate.
    fn absolute(&self, segments: &[String]) -> Option<Vec<String>> {
        let (first, mut rest) = segments.split_first()?;
        let mut at = match first.as_str() {
            "crate" => Vec::new(),
            "self" => self.path.clone(),
            "super" => self.path[..self.path.len().saturating_sub(1)].to_vec(),
            child if self.children.contains(child) => {
                self.path.iter().cloned().chain([child.to_owned()]).collect()
            }
            _ => return None,
        };
        while rest.first().is_some_and(|next| next == "super") {
            at.pop();
            rest = &rest[1..];
        }
        at.extend(rest.iter().cloned());
        Some(at)
    }

    fn add(&mut self, segments: &[String]) {
        self.module.uses.extend(self.absolute(segments));
    }

    fn tree(&mut self, tree: &UseTree, before: &[String]) {
        let with = |name: &syn::Ident| before.iter().cloned().chain([name.to_string()]).collect::<Vec<_>>();
        match tree {
            UseTree::Path(path) => self.tree(&path.tree, &with(&path.ident)),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, before)),
            UseTree::Name(name) if name.ident == "self" => {
                self.named(before.last().cloned().unwrap_or_default(), before.to_vec());
            }
            UseTree::Name(name) => self.named(name.ident.to_string(), with(&name.ident)),
            UseTree::Rename(rename) => self.named(rename.rename.to_string(), with(&rename.ident)),
            UseTree::Glob(_) => {
                self.add(before);
                self.module.globs.extend(self.absolute(before));
            }
        }
    }

    fn named(&mut self, name: String, path: Vec<String>) {
        if let Some(absolute) = self.absolute(&path) {
            self.module.uses.push(absolute.clone());
            self.module.names.insert(name, absolute);
        }
    }

    /// Paths in the arguments of a macro: identifiers that `::` joins.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut segments: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.add(&segments);
                        segments.clear();
                    }
                    segments.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.add(&std::mem::take(&mut segments));
                    self.tokens(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.add(&std::mem::take(&mut segments));
                    colons = 0;
                }
            }
        }
        self.add(&segments);
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, name) = match item {
            Item::Const(item) => (&item.attrs, Some(&item.ident)),
            Item::Enum(item) => (&item.attrs, Some(&item.ident)),
            Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
            Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
            Item::Mod(item) => (&item.attrs, None),
            Item::Static(item) => (&item.attrs, Some(&item.ident)),
            Item::Struct(item) => (&item.attrs, Some(&item.ident)),
            Item::Trait(item) => (&item.attrs, Some(&item.ident)),
            Item::Type(item) => (&item.attrs, Some(&item.ident)),
            Item::Impl(item) => (&item.attrs, None),
            Item::Use(item) => (&item.attrs, None),
            other => {
                panic!("{}: an item that this test does not know: {other:?}", self.module.file.display())
            }
        };
        if of_tests(attributes) {
            return;
        }
        self.module.items.extend(name.map(ToString::to_string));
        visit::visit_item(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.add(&segments);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.tokens(called.tokens.clone());
        visit::visit_macro(self, called);
    }
}

/// Whether an item is there for tests only.
fn of_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg")
                && attribute.parse_args::<syn::Path>().is_ok_and(|of| of.is_ident("test"))
    })
}

fn manifest() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn no_circle(root: &str) {
    let circles = Sources::read(&manifest().join(root)).circles();
    assert!(circles.is_empty(), "files that use each other in a circle: {circles:#?}");
}

#[test]
fn every_file_uses_only_the_floors_below_its_own() {
    let sources = Sources::read(&manifest().join("src"));
    let floor = |module: &[String]| {
        let room = module.first().map_or("", String::as_str);
        FLOORS.iter().position(|rooms| rooms.contains(&room))
    };
    let mut wrong = Vec::new();
    let arrows = sources.arrows();
    assert!(arrows.len() > 500, "the imports are read: {}", arrows.len());
    for (from, to) in arrows {
        if from.is_empty() {
            continue;
        }
        let up = match (floor(from), floor(to)) {
            (Some(from_floor), Some(to_floor)) => {
                to_floor > from_floor || (to_floor == from_floor && from[0] != to[0])
            }
            _ => true,
        };
        if up {
            wrong.push(format!("{} uses {}", sources.name(from), sources.name(to)));
        }
    }
    assert!(wrong.is_empty(), "arrows that run up: {wrong:#?}");
}

#[test]
fn no_files_of_the_program_use_each_other_in_a_circle() {
    no_circle("src");
}

#[test]
fn no_parsers_use_each_other_in_a_circle() {
    no_circle("parsers/src");
}

#[test]
fn the_kit_of_figures_knows_no_figure() {
    let sources = Sources::read(&manifest().join("src"));
    let figures = ["show", "figures"].map(str::to_owned);
    let kit = ["show", "figures", "kit"].map(str::to_owned);
    assert!(sources.modules.keys().any(|module| module.starts_with(&kit)));
    for (from, to) in sources.arrows() {
        let knows = from.starts_with(&kit) && to.starts_with(&figures) && !to.starts_with(&kit);
        assert!(!knows, "{} uses {}", sources.name(from), sources.name(to));
    }
}
