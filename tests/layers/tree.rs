//! The files of a crate, found as the compiler finds them: by the modules that declare them.

use std::path::{Path, PathBuf};

/// One file.
#[derive(Debug)]
pub struct Source {
    /// Where it is.
    pub file: PathBuf,
    /// The module that it is: `["domain", "ids"]`; empty for the crate's root.
    pub module: Vec<String>,
    /// Whether it is compiled for tests only.
    pub test: bool,
    /// Its text.
    pub text: String,
}

/// All files of the crate whose root is `src/lib.rs`.
pub fn sources(src: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    follow(src.join("lib.rs"), Vec::new(), false, &mut found);
    found
}

/// All `.rs` files below a folder.
pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found
}

fn follow(file: PathBuf, module: Vec<String>, test: bool, found: &mut Vec<Source>) {
    let text = super::read(&file);
    let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let named_by_folder = matches!(
        file.file_name().and_then(|n| n.to_str()),
        Some("lib.rs" | "mod.rs")
    );
    let beside = file.parent().expect("a file in a folder").to_owned();
    let below = if named_by_folder {
        beside.clone()
    } else {
        file.with_extension("")
    };
    for item in &parsed.items {
        let syn::Item::Mod(declared) = item else { continue };
        if declared.content.is_some() {
            continue;
        }
        let name = declared.ident.to_string();
        let inner = match path_attribute(&declared.attrs) {
            Some(path) => beside.join(path),
            None => {
                let flat = below.join(format!("{name}.rs"));
                if flat.exists() {
                    flat
                } else {
                    below.join(&name).join("mod.rs")
                }
            }
        };
        let path = module.iter().cloned().chain([name]).collect();
        follow(inner, path, test || for_tests(&declared.attrs), found);
    }
    found.push(Source {
        file,
        module,
        test,
        text,
    });
}

fn path_attribute(attributes: &[syn::Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(text),
                ..
            }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}

/// Whether an item is compiled for tests only.
pub fn for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    })
}
