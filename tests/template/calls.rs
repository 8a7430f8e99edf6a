//! Which actions of AWS a function's code needs, read from the sources.
//!
//! A function's own files are where it begins. It is made of the common crate, but of its parts that reach AWS
//! ([`PARTS`]) only where it names them. What its code calls, by name and number of arguments, leads to the code that it
//! can reach. That may be too much, but not too little; a call of the SDK that is not in [`CALLS`] is an error.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, Token};

/// What names a part of the common crate, and the part: a folder or file. All files that call AWS are in one.
const PARTS: [(&str, &str); 7] = [
    ("usecases", "usecases"),
    ("Parts", "runtime/worker.rs"),
    ("batch", "runtime/batch.rs"),
    ("Table", "adapters/dynamo"),
    ("DynamoBudget", "adapters/dynamo_budget.rs"),
    ("Sqs", "adapters/sqs.rs"),
    ("EventBus", "adapters/eventbridge.rs"),
];

/// Calls of the SDK, and the action that allows each (Service Authorization Reference).
const CALLS: [(&str, &str); 11] = [
    ("batch_get_item", "dynamodb:BatchGetItem"),
    ("batch_write_item", "dynamodb:BatchWriteItem"),
    ("change_message_visibility", "sqs:ChangeMessageVisibility"),
    ("delete_item", "dynamodb:DeleteItem"),
    ("get_item", "dynamodb:GetItem"),
    ("put_events", "events:PutEvents"),
    ("put_item", "dynamodb:PutItem"),
    ("query", "dynamodb:Query"),
    ("send_message_batch", "sqs:SendMessage"),
    // Allowed by the actions of what it is made of, see WRITES (DynamoDB developer guide, transactions and IAM).
    ("transact_write_items", ""),
    ("update_item", "dynamodb:UpdateItem"),
];

/// Parts of a transaction.
const WRITES: [(&str, &str); 4] = [
    ("ConditionCheck", "dynamodb:ConditionCheckItem"),
    ("Delete", "dynamodb:DeleteItem"),
    ("Put", "dynamodb:PutItem"),
    ("Update", "dynamodb:UpdateItem"),
];

/// What a function needs.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Needs {
    pub actions: BTreeSet<String>,
    /// Whether it queries an index.
    pub index: bool,
}

type Name = (String, usize);

/// A call, and the type whose method calls it on `self`: such a call leads to a method of that type, if there is one.
type Call = (Name, Option<String>);

/// One function of the sources.
#[derive(Default)]
struct Node {
    /// The type that it is a method of.
    owner: Option<String>,
    calls: BTreeSet<Call>,
    needs: Needs,
}

#[derive(Default)]
struct Graph {
    nodes: BTreeMap<Name, Vec<Node>>,
    unknown: BTreeSet<String>,
}

/// What `function` (a folder of `functions/`) needs, in the repository at `root`.
pub fn needs(root: &Path, function: &str) -> Needs {
    let own = files(&root.join("functions").join(function).join("src"));
    let mut all: BTreeSet<PathBuf> = own.iter().cloned().collect();
    loop {
        let parsed: Vec<_> = all.iter().map(|file| parse(file)).collect();
        let reached = PARTS
            .iter()
            .filter(|(name, _)| parsed.iter().any(|file| file.1.contains(*name)));
        let more: BTreeSet<PathBuf> = reached
            .flat_map(|(_, part)| files(&root.join("shared/src").join(part)))
            .collect();
        let before = all.len();
        all.extend(more);
        if all.len() == before {
            break;
        }
    }
    let parts = parts(root);
    all.extend(
        files(&root.join("shared/src"))
            .into_iter()
            .filter(|file| !parts.contains(file)),
    );
    let mut graph = Graph::default();
    let mut begin = BTreeSet::new();
    for file in &all {
        let names = graph.add(&parse(file).0);
        if own.contains(file) {
            begin.extend(names);
        }
    }
    assert!(
        graph.unknown.is_empty(),
        "calls of the SDK without an entry in CALLS: {:?}",
        graph.unknown
    );
    graph.reach(begin)
}

fn parts(root: &Path) -> BTreeSet<PathBuf> {
    PARTS
        .iter()
        .flat_map(|(_, part)| files(&root.join("shared/src").join(part)))
        .collect()
}

/// The files of the common crate that call AWS and are not among [`PARTS`].
pub fn forgotten(root: &Path) -> Vec<PathBuf> {
    let shared = root.join("shared/src");
    let known = parts(root);
    let calls = |file: &PathBuf| {
        let mut graph = Graph::default();
        graph.add(&parse(file).0);
        let nodes = graph.nodes.values().flatten();
        !graph.unknown.is_empty() || nodes.into_iter().any(|node| node.needs != Needs::default())
    };
    files(&shared)
        .into_iter()
        .filter(|file| !known.contains(file) && calls(file))
        .collect()
}

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut all: Vec<PathBuf> = entries.flat_map(|entry| files(&entry.unwrap().path())).collect();
    let is_test = |file: &PathBuf| {
        let name = |part: std::path::Component| part.as_os_str() == "tests";
        file.components().any(name)
            || file
                .file_stem()
                .is_some_and(|it| it.to_string_lossy().ends_with("tests"))
    };
    all.retain(|file| file.extension().is_some_and(|it| it == "rs") && !is_test(file));
    all
}

/// A file, and its [`identifiers`].
type Parsed = Rc<(syn::File, BTreeSet<String>)>;

thread_local! {
    /// Parsing is what takes the time, and each function is made of nearly all files.
    static PARSED: RefCell<HashMap<PathBuf, Parsed>> = RefCell::default();
}

fn parse(file: &Path) -> Parsed {
    if let Some(parsed) = PARSED.with_borrow(|parsed| parsed.get(file).cloned()) {
        return parsed;
    }
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let read = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let names = identifiers(&read);
    let parsed = Rc::new((read, names));
    PARSED.with_borrow_mut(|all| all.insert(file.to_owned(), Rc::clone(&parsed)));
    parsed
}

/// What a file imports, or names by a path.
fn identifiers(file: &syn::File) -> BTreeSet<String> {
    #[derive(Default)]
    struct All(BTreeSet<String>);
    impl<'ast> Visit<'ast> for All {
        fn visit_use_path(&mut self, path: &'ast syn::UsePath) {
            self.0.insert(path.ident.to_string());
            visit::visit_use_path(self, path);
        }
        fn visit_use_name(&mut self, name: &'ast syn::UseName) {
            self.0.insert(name.ident.to_string());
        }
        fn visit_use_rename(&mut self, name: &'ast syn::UseRename) {
            self.0.insert(name.ident.to_string());
        }
        fn visit_path(&mut self, path: &'ast syn::Path) {
            if path.segments.len() > 1 {
                self.0
                    .extend(path.segments.iter().map(|segment| segment.ident.to_string()));
            }
            visit::visit_path(self, path);
        }
    }
    let mut all = All::default();
    all.visit_file(file);
    all.0
}

impl Graph {
    /// Adds the functions of a file, and returns their names.
    fn add(&mut self, file: &syn::File) -> Vec<Name> {
        let mut found = Functions::default();
        found.visit_file(file);
        self.unknown.extend(found.unknown);
        let mut names = Vec::new();
        for (name, node) in found.all {
            names.push(name.clone());
            self.nodes.entry(name).or_default().push(node);
        }
        names
    }

    fn reach(&self, begin: BTreeSet<Name>) -> Needs {
        let mut seen = BTreeSet::new();
        let mut next: Vec<Call> = begin.into_iter().map(|name| (name, None)).collect();
        let mut needs = Needs::default();
        while let Some(call) = next.pop() {
            if !seen.insert(call.clone()) {
                continue;
            }
            let (name, owner) = call;
            let all: Vec<&Node> = self.nodes.get(&name).into_iter().flatten().collect();
            let own: Vec<&Node> = all
                .iter()
                .copied()
                .filter(|node| owner.is_some() && node.owner == owner)
                .collect();
            for node in if own.is_empty() { all } else { own } {
                needs.actions.extend(node.needs.actions.iter().cloned());
                needs.index |= node.needs.index;
                next.extend(node.calls.iter().cloned());
            }
        }
        needs
    }
}

/// Collects functions; what a closure or an inner function does counts for the function around it.
#[derive(Default)]
struct Functions {
    all: Vec<(Name, Node)>,
    open: Option<Node>,
    owner: Option<String>,
    unknown: BTreeSet<String>,
}

impl Functions {
    fn function(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let arguments = signature
            .inputs
            .iter()
            .filter(|it| matches!(it, syn::FnArg::Typed(_)))
            .count();
        let node = Node {
            owner: self.owner.clone(),
            ..Node::default()
        };
        let outer = self.open.replace(node);
        self.visit_block(body);
        let node = std::mem::replace(&mut self.open, outer).unwrap_or_default();
        self.all.push(((signature.ident.to_string(), arguments), node));
    }

    fn sdk_call(&mut self, call: &syn::ExprMethodCall) {
        let name = call.method.to_string();
        let on_client = matches!(&*call.receiver, Expr::Field(field)
            if matches!(&field.member, syn::Member::Named(member) if member == "client"));
        let Some(node) = &mut self.open else { return };
        if !call.args.is_empty() {
            node.needs.index |= name == "index_name";
            return;
        }
        match CALLS.iter().find(|(known, _)| *known == name) {
            Some((_, "")) => {}
            Some((_, action)) => {
                node.needs.actions.insert((*action).to_owned());
            }
            None if on_client && name != "clone" => {
                self.unknown.insert(name);
            }
            None => {}
        }
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test(&item.attrs) {
            self.function(&item.sig, &item.block);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let outer = std::mem::replace(&mut self.owner, type_name(&item.self_ty));
        visit::visit_item_impl(self, item);
        self.owner = outer;
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.function(&item.sig, body);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.sdk_call(call);
        let on_self = matches!(&*call.receiver, Expr::Path(path) if path.path.is_ident("self"));
        let owner = self.owner.clone().filter(|_| on_self);
        if let Some(node) = &mut self.open {
            node.calls
                .insert(((call.method.to_string(), call.args.len()), owner));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let (Expr::Path(path), Some(node)) = (&*call.func, &mut self.open) {
            let names: Vec<String> = path.path.segments.iter().map(|it| it.ident.to_string()).collect();
            if let [.., kind, builder] = names.as_slice()
                && builder == "builder"
                && let Some((_, action)) = WRITES.iter().find(|(known, _)| known == kind)
            {
                node.needs.actions.insert((*action).to_owned());
            }
            if let Some(name) = names.last() {
                // A method may be called as a function, with what it is a method of.
                let count = call.args.len();
                node.calls
                    .extend([count, count.saturating_sub(1)].map(|count| ((name.clone(), count), None)));
            }
        }
        visit::visit_expr_call(self, call);
    }

    /// `join!(a, b)` and its like are a list of expressions; what is not is a format or a pattern, and calls nothing.
    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        if let Ok(arguments) = item.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) {
            arguments.iter().for_each(|argument| self.visit_expr(argument));
        }
    }
}

fn type_name(it: &syn::Type) -> Option<String> {
    match it {
        syn::Type::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        _ => None,
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    let text = |attribute: &syn::Attribute| match &attribute.meta {
        syn::Meta::List(list) => list.tokens.to_string(),
        syn::Meta::Path(path) => path.segments.iter().map(|it| it.ident.to_string()).collect(),
        syn::Meta::NameValue(_) => String::new(),
    };
    attributes.iter().any(|attribute| text(attribute) == "test")
}

#[test]
fn what_is_reached_is_needed_and_nothing_else() {
    let file = syn::parse_file(
        "fn begin(s: &S) { s.save(1); let f = || futures::join!(s.load(), async { s.list(2).await }); }
         impl S {
             async fn save(&self, n: u8) { self.put(n); commit(n) }
             async fn put(&self, n: u8) {}
             async fn load(&self) { self.client.get_item().send().await }
             async fn list(&self, n: u8) { self.client.query().index_name(n).send().await }
             async fn list_all(&self) { self.client.batch_get_item() }
             async fn remove(&self, n: u8) { Delete::builder() }
         }
         fn commit(n: u8) { Put::builder(); client.transact_write_items() }
         impl Other { fn put(&self, n: u8) { client.put_events() } }
         fn commit(n: u8, m: u8) { Update::builder() }
         #[cfg(test)] mod tests { fn begin(s: &S) { s.remove(1) } }",
    )
    .unwrap();
    let mut graph = Graph::default();
    graph.add(&file);
    let needs = graph.reach(BTreeSet::from([("begin".to_owned(), 1)]));
    let actions = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"];
    assert_eq!(needs.actions, actions.map(str::to_owned).into());
    assert!(needs.index);
    assert_eq!(graph.unknown, BTreeSet::new());
    graph.add(&syn::parse_file("fn other(&self) { self.client.list_tables().send() }").unwrap());
    assert_eq!(graph.unknown, BTreeSet::from(["list_tables".to_owned()]));
}
