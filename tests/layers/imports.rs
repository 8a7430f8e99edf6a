//! Every path that a source names, in `use` declarations, in code and inside macros.

use super::tree::for_tests;
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit;

/// A path as written, resolved as far as it tells where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The segments. Of a path within the crate, those from its root on.
    pub path: Vec<String>,
    /// Whether the path leads from the crate's root.
    pub own: bool,
    /// Whether it stands in a `use` declaration: there a first segment can only be a crate or a module in sight.
    pub declared: bool,
    /// Whether it is compiled for tests only.
    pub test: bool,
    /// The line, from 1.
    pub line: usize,
}

/// All paths in the text of a file that is `module`.
pub fn imports(text: &str, module: &[String], test: bool) -> Vec<Import> {
    let parsed = syn::parse_file(text).expect("sources that compile");
    let mut visitor = Visitor {
        module: module.to_vec(),
        test,
        found: Vec::new(),
    };
    visitor.visit_file(&parsed);
    visitor.found
}

struct Visitor {
    module: Vec<String>,
    test: bool,
    found: Vec<Import>,
}

impl Visitor {
    fn add(&mut self, segments: &[String], declared: bool, line: usize) {
        let mut base = self.module.clone();
        let mut rest = segments;
        let mut own = false;
        while let Some((first, more)) = rest.split_first() {
            match first.as_str() {
                "crate" => base.clear(),
                "self" => {}
                "super" => {
                    base.pop();
                }
                _ => break,
            }
            own = true;
            rest = more;
        }
        let path = if own {
            [base.as_slice(), rest].concat()
        } else {
            rest.to_vec()
        };
        self.found.push(Import {
            path,
            own,
            declared,
            test: self.test,
            line,
        });
    }

    fn use_tree(&mut self, before: &[String], tree: &syn::UseTree) {
        let line = |ident: &syn::Ident| ident.span().start().line;
        let with = |last: &syn::Ident| [before, &[last.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.use_tree(&with(&path.ident), &path.tree),
            syn::UseTree::Name(name) if name.ident == "self" => self.add(before, true, line(&name.ident)),
            syn::UseTree::Name(name) => self.add(&with(&name.ident), true, line(&name.ident)),
            syn::UseTree::Rename(rename) if rename.ident == "self" => {
                self.add(before, true, line(&rename.ident))
            }
            syn::UseTree::Rename(rename) => self.add(&with(&rename.ident), true, line(&rename.ident)),
            syn::UseTree::Glob(glob) => {
                let segments = [before, &["*".to_owned()]].concat();
                self.add(&segments, true, glob.star_token.spans[0].start().line);
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|inner| self.use_tree(before, inner)),
        }
    }

    /// Paths in a macro's tokens, which are no syntax tree: names joined by `::`.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let (mut line, mut colons) = (0, 0);
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if !path.is_empty() && colons == 2 => {
                    path.push(ident.to_string());
                    colons = 0;
                    continue;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() && colons < 2 => {
                    colons += 1;
                    continue;
                }
                TokenTree::Ident(ident) => {
                    self.flush(&mut path, line);
                    line = ident.span().start().line;
                    path.push(ident.to_string());
                }
                TokenTree::Group(group) => {
                    self.flush(&mut path, line);
                    self.tokens(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => self.flush(&mut path, line),
            }
            colons = 0;
        }
        self.flush(&mut path, line);
    }

    fn flush(&mut self, path: &mut Vec<String>, line: usize) {
        let whole = std::mem::take(path);
        if whole.len() > 1 {
            self.add(&whole, false, line);
        }
    }

    fn within(&mut self, attributes: &[syn::Attribute], visit: impl FnOnce(&mut Self)) {
        let before = self.test;
        self.test |= for_tests(attributes);
        visit(self);
        self.test = before;
    }
}

impl<'a> Visit<'a> for Visitor {
    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        self.module.push(item.ident.to_string());
        self.within(&item.attrs, |visitor| syn::visit::visit_item_mod(visitor, item));
        self.module.pop();
    }

    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.within(&item.attrs, |visitor| syn::visit::visit_item_fn(visitor, item));
    }

    fn visit_item_impl(&mut self, item: &'a syn::ItemImpl) {
        self.within(&item.attrs, |visitor| syn::visit::visit_item_impl(visitor, item));
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        self.within(&item.attrs, |visitor| visitor.use_tree(&[], &item.tree));
    }

    fn visit_item_extern_crate(&mut self, item: &'a syn::ItemExternCrate) {
        self.add(&[item.ident.to_string()], true, item.ident.span().start().line);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let segments: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        if segments.len() > 1 {
            let line = path.segments[0].ident.span().start().line;
            self.add(&segments, false, line);
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'a syn::Macro) {
        self.tokens(call.tokens.clone());
        syn::visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'a syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
        }
        syn::visit::visit_attribute(self, attribute);
    }
}
