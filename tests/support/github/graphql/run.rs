//! Execution of a query that was found valid.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::conversation::comment_field;
use super::conversation::{Conversation, Listed};
use super::parse::{Argument, Field, Kind, Selection};
use super::{commit, failure, validate};
use crate::support::github::comments::Comment;
use crate::support::github::git::{Entry, Object};
use crate::support::github::site::{Access, NAME, OWNER, REPOSITORY_ID, Site};

/// Over it a blob's text is cut, and `isTruncated` says so.
const MOST_TEXT: usize = 512_000;

/// Git's own rule: a zero byte among the first of these.
const LOOKED_AT: usize = 8_000;

pub(super) struct Run<'a> {
    site: &'a Site,
    stale: bool,
    variables: Map<String, Value>,
    /// Revisions as this query saw them first: one answer never shows two heads of a branch.
    revisions: BTreeMap<String, Option<String>>,
    objects: BTreeMap<String, Option<Arc<Object>>>,
    pub(super) errors: Vec<Value>,
}

/// What fields are asked of.
enum Node {
    Repository,
    Ref { branch: String, oid: String },
    Object(Arc<Object>),
    Entry(Entry),
    Payload { branch: String, oid: String, client: Value },
    Pull(Conversation),
    Comments(Listed),
    PageInfo(Listed),
    Comment(Comment),
}

impl Node {
    fn kind(&self) -> &str {
        match self {
            Self::Repository => "Repository",
            Self::Ref { .. } => "Ref",
            Self::Entry(_) => "TreeEntry",
            Self::Payload { .. } => "CreateCommitOnBranchPayload",
            Self::Pull(_) => "PullRequest",
            Self::Comments(_) => "IssueCommentConnection",
            Self::PageInfo(_) => "PageInfo",
            Self::Comment(_) => "IssueComment",
            Self::Object(object) => match object.kind.as_str() {
                "blob" => "Blob",
                "tree" => "Tree",
                _ => "Commit",
            },
        }
    }
}

impl<'a> Run<'a> {
    pub(super) fn new(site: &'a Site, stale: bool, variables: Map<String, Value>) -> Self {
        let (revisions, objects) = (BTreeMap::new(), BTreeMap::new());
        Self { site, stale, variables, revisions, objects, errors: Vec::new() }
    }

    pub(super) fn root(&mut self, kind: Kind, selections: &[Selection]) -> Result<Value, Vec<Value>> {
        let mut data = Map::new();
        for field in fields(selections, if kind == Kind::Query { "Query" } else { "Mutation" }) {
            let value = match field.name.as_str() {
                "__typename" => Ok(json!(if kind == Kind::Query { "Query" } else { "Mutation" })),
                "repository" => self.repository(field),
                _ => self.mutation(field)?,
            };
            let value = value.unwrap_or_else(|error| {
                self.errors.push(failure(error, field.key(), field.at));
                Value::Null
            });
            merge(&mut data, field.key(), value);
        }
        Ok(Value::Object(data))
    }

    fn repository(&mut self, field: &Field) -> Result<Value, super::Failure> {
        let (owner, name) = (self.text(field, "owner"), self.text(field, "name"));
        if !(owner.eq_ignore_ascii_case(OWNER) && name.eq_ignore_ascii_case(NAME)) {
            let message = format!("Could not resolve to a Repository with the name '{owner}/{name}'.");
            return Err(("NOT_FOUND", message));
        }
        if self.site.setup().contents < Access::Read {
            return Err(("FORBIDDEN", "Resource not accessible by integration".into()));
        }
        Ok(self.select(&Node::Repository, &field.selections))
    }

    fn mutation(&mut self, field: &Field) -> Result<Result<Value, super::Failure>, Vec<Value>> {
        let input = self.argument(field, "input");
        validate::conforms("Argument 'input'", "CreateCommitOnBranchInput!", &input, field.at)
            .map_err(|error| vec![error])?;
        Ok(commit::create(self.site, &input).map(|(branch, oid)| {
            let client = input["clientMutationId"].clone();
            self.select(&Node::Payload { branch, oid, client }, &field.selections)
        }))
    }

    fn select(&mut self, node: &Node, selections: &[Selection]) -> Value {
        let fields = fields(selections, node.kind());
        if matches!(node, Node::Repository) {
            self.read_ahead(&fields);
        }
        let mut data = Map::new();
        for field in fields {
            let value = self.resolve(node, field);
            merge(&mut data, field.key(), value);
        }
        Value::Object(data)
    }

    /// All objects of a query in one go: a client may ask for a hundred.
    fn read_ahead(&mut self, fields: &[&Field]) {
        let asked = fields.iter().filter(|field| field.name == "object");
        let names: Vec<String> = asked.filter_map(|field| self.object_name(field)).collect();
        let objects = self.site.repository.objects(&names).into_iter();
        self.objects.extend(names.into_iter().zip(objects));
    }

    /// What git calls the object that a field asks for.
    fn object_name(&mut self, field: &Field) -> Option<String> {
        let oid = self.text(field, "oid");
        if !oid.is_empty() {
            return Some(oid);
        }
        let expression = self.text(field, "expression");
        let (revision, path) = match expression.split_once(':') {
            Some((revision, path)) => (revision, Some(path.trim_end_matches('/'))),
            None => (expression.as_str(), None),
        };
        let commit = self.revision(revision)?;
        Some(path.map_or_else(|| commit.clone(), |path| format!("{commit}:{path}")))
    }

    fn revision(&mut self, revision: &str) -> Option<String> {
        let (site, stale) = (self.site, self.stale);
        let known = self.revisions.entry(revision.to_owned());
        known.or_insert_with(|| site.repository.commit_of(revision, stale)).clone()
    }

    fn object(&mut self, name: &str) -> Option<Arc<Object>> {
        let site = self.site;
        let known = self.objects.entry(name.to_owned());
        known.or_insert_with(|| site.repository.object(name)).clone()
    }

    fn select_object(&mut self, name: Option<&str>, field: &Field) -> Value {
        let object = name.and_then(|name| self.object(name));
        object.map_or(Value::Null, |object| self.select(&Node::Object(object), &field.selections))
    }

    fn branch(&mut self, name: &str, field: &Field) -> Value {
        let branch = name.strip_prefix("refs/heads/").unwrap_or(name).to_owned();
        let oid = self.revision(&format!("refs/heads/{branch}"));
        oid.map_or(Value::Null, |oid| self.select(&Node::Ref { branch, oid }, &field.selections))
    }

    fn resolve(&mut self, node: &Node, field: &Field) -> Value {
        match (node, field.name.as_str()) {
            (_, "__typename") => json!(node.kind()),
            (Node::Repository, "databaseId") => json!(REPOSITORY_ID),
            (Node::Repository, "nameWithOwner") => json!(format!("{OWNER}/{NAME}")),
            (Node::Repository, "object") => {
                let name = self.object_name(field);
                self.select_object(name.as_deref(), field)
            }
            (Node::Repository, "ref") => {
                let name = self.text(field, "qualifiedName");
                self.branch(&name, field)
            }
            (Node::Repository, "pullRequest") => self.pull_request(field),
            (Node::Repository, _) => self.branch("main", field),
            (Node::Ref { branch, .. }, "name") => json!(branch),
            (Node::Ref { .. }, "prefix") => json!("refs/heads/"),
            (Node::Ref { oid, .. }, _) => self.select_object(Some(oid), field),
            (Node::Object(object), name) => self.of_object(object, name, field),
            (Node::Entry(entry), "name") => json!(entry.path),
            (Node::Entry(entry), "mode") => json!(u32::from_str_radix(&entry.mode, 8).unwrap()),
            (Node::Entry(entry), "type") => json!(entry.kind),
            (Node::Entry(entry), "oid") => json!(entry.oid),
            (Node::Entry(entry), "size") => json!(entry.size.unwrap_or(0)),
            (Node::Entry(entry), _) => self.select_object(Some(&entry.oid), field),
            (Node::Payload { client, .. }, "clientMutationId") => client.clone(),
            (Node::Payload { oid, .. }, "commit") => self.select_object(Some(oid), field),
            (Node::Payload { branch, .. }, _) => self.branch(branch, field),
            (Node::Pull(pull), "number") => json!(pull.number),
            (Node::Pull(pull), "headRefOid") => json!(pull.head_sha),
            (Node::Pull(pull), _) => {
                let (first, after) = (self.argument(field, "first"), self.text(field, "after"));
                match pull.page(first.as_u64(), &after) {
                    Ok(listed) => self.select(&Node::Comments(listed), &field.selections),
                    Err(error) => self.fail(error, field),
                }
            }
            (Node::Comments(listed), "totalCount") => json!(listed.total),
            (Node::Comments(listed), "pageInfo") => {
                self.select(&Node::PageInfo(listed.clone()), &field.selections)
            }
            (Node::Comments(listed), _) => {
                let comments = listed.comments.iter();
                comments
                    .map(|comment| self.select(&Node::Comment(comment.clone()), &field.selections))
                    .collect()
            }
            (Node::PageInfo(listed), "hasNextPage") => json!(listed.more),
            (Node::PageInfo(listed), _) => json!(listed.end),
            (Node::Comment(comment), name) => comment_field(self.site, comment, name),
        }
    }

    fn pull_request(&mut self, field: &Field) -> Value {
        let number = self.argument(field, "number").as_u64().unwrap_or_default();
        match Conversation::find(self.site, number, self.stale) {
            Ok(pull) => self.select(&Node::Pull(pull), &field.selections),
            Err(error) => self.fail(error, field),
        }
    }

    fn fail(&mut self, error: super::Failure, field: &Field) -> Value {
        self.errors.push(failure(error, field.key(), field.at));
        Value::Null
    }

    fn of_object(&mut self, object: &Object, name: &str, field: &Field) -> Value {
        let binary = || {
            let looked_at = &object.bytes[..object.bytes.len().min(LOOKED_AT)];
            looked_at.contains(&0) || std::str::from_utf8(&object.bytes).is_err()
        };
        let commit = || crate::support::github::objects::commit(self.site, &object.oid).unwrap();
        match name {
            "oid" => json!(object.oid),
            "byteSize" => json!(object.bytes.len()),
            "isBinary" => json!(binary()),
            "isTruncated" => json!(object.bytes.len() > MOST_TEXT),
            "text" if binary() => Value::Null,
            "text" => {
                let text = String::from_utf8_lossy(&object.bytes);
                json!(&text[..text.floor_char_boundary(MOST_TEXT)])
            }
            "entries" => {
                let entries = self.site.repository.tree(&object.oid, false).into_iter();
                entries.map(|entry| self.select(&Node::Entry(entry), &field.selections)).collect()
            }
            "url" => commit()["html_url"].clone(),
            "message" => commit()["message"].clone(),
            "messageHeadline" => json!(commit()["message"].as_str().unwrap().lines().next()),
            "committedDate" => commit()["committer"]["date"].clone(),
            _ => {
                let tree = commit()["tree"]["sha"].as_str().map(str::to_owned);
                self.select_object(tree.as_deref(), field)
            }
        }
    }

    fn argument(&self, field: &Field, name: &str) -> Value {
        let given = field.arguments.iter().find(|(other, _)| other == name);
        given.map_or(Value::Null, |(_, argument)| self.value(argument))
    }

    fn text(&self, field: &Field, name: &str) -> String {
        self.argument(field, name).as_str().unwrap_or_default().to_owned()
    }

    fn value(&self, argument: &Argument) -> Value {
        match argument {
            Argument::Variable(name) => self.variables.get(name).cloned().unwrap_or_default(),
            Argument::Literal(value) => value.clone(),
            Argument::List(list) => list.iter().map(|value| self.value(value)).collect(),
            Argument::Object(members) => {
                Value::Object(members.iter().map(|(name, value)| (name.clone(), self.value(value))).collect())
            }
        }
    }
}

/// The fields that concern a value of this type, those in fragments included.
fn fields<'s>(selections: &'s [Selection], kind: &str) -> Vec<&'s Field> {
    let mut found = Vec::new();
    for selection in selections {
        match selection {
            Selection::Field(field) => found.push(field),
            Selection::Inline { on, selections, .. } => {
                let git_object = ["Blob", "Tree", "Commit"].contains(&kind);
                let concerned =
                    on.as_deref().is_none_or(|on| on == kind || (on == "GitObject" && git_object));
                if concerned {
                    found.extend(fields(selections, kind));
                }
            }
        }
    }
    found
}

/// A field that is asked for twice answers once, with all that was asked of it.
fn merge(data: &mut Map<String, Value>, key: &str, value: Value) {
    match (data.get_mut(key), value) {
        (Some(Value::Object(known)), Value::Object(more)) => {
            for (key, value) in more {
                merge(known, &key, value);
            }
        }
        (_, value) => {
            data.insert(key.to_owned(), value);
        }
    }
}
