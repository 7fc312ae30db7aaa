//! The part of GitHub's schema that exists here. Names, types and arguments are GitHub's; what is not
//! listed is refused as GitHub refuses what it does not know.

/// A field's name, its arguments with their types, and its own type.
type FieldRow = (&'static str, &'static [(&'static str, &'static str)], &'static str);

const OBJECTS: &[(&str, &[FieldRow])] = &[
    (
        "Query",
        &[(
            "repository",
            &[("owner", "String!"), ("name", "String!"), ("followRenames", "Boolean")],
            "Repository",
        )],
    ),
    (
        "Mutation",
        &[(
            "createCommitOnBranch",
            &[("input", "CreateCommitOnBranchInput!")],
            "CreateCommitOnBranchPayload",
        )],
    ),
    (
        "Repository",
        &[
            ("databaseId", &[], "Int"),
            ("nameWithOwner", &[], "String!"),
            ("object", &[("oid", "GitObjectID"), ("expression", "String")], "GitObject"),
            ("ref", &[("qualifiedName", "String!")], "Ref"),
            ("defaultBranchRef", &[], "Ref"),
            ("pullRequest", &[("number", "Int!")], "PullRequest"),
        ],
    ),
    (
        "PullRequest",
        &[
            ("number", &[], "Int!"),
            ("headRefOid", &[], "GitObjectID!"),
            ("comments", &[("after", "String"), ("first", "Int")], "IssueCommentConnection!"),
        ],
    ),
    (
        "IssueCommentConnection",
        &[("nodes", &[], "[IssueComment]"), ("pageInfo", &[], "PageInfo!"), ("totalCount", &[], "Int!")],
    ),
    ("PageInfo", &[("hasNextPage", &[], "Boolean!"), ("endCursor", &[], "String")]),
    (
        "IssueComment",
        &[
            ("id", &[], "ID!"),
            ("fullDatabaseId", &[], "BigInt"),
            ("viewerDidAuthor", &[], "Boolean!"),
            ("body", &[], "String!"),
            ("url", &[], "URI!"),
        ],
    ),
    ("Ref", &[("name", &[], "String!"), ("prefix", &[], "String!"), ("target", &[], "GitObject")]),
    ("GitObject", &[("oid", &[], "GitObjectID!")]),
    (
        "Blob",
        &[
            ("oid", &[], "GitObjectID!"),
            ("byteSize", &[], "Int!"),
            ("isBinary", &[], "Boolean"),
            ("isTruncated", &[], "Boolean!"),
            ("text", &[], "String"),
        ],
    ),
    ("Tree", &[("oid", &[], "GitObjectID!"), ("entries", &[], "[TreeEntry!]")]),
    (
        "TreeEntry",
        &[
            ("name", &[], "String!"),
            ("mode", &[], "Int!"),
            ("type", &[], "String!"),
            ("oid", &[], "GitObjectID!"),
            ("size", &[], "Int!"),
            ("object", &[], "GitObject"),
        ],
    ),
    (
        "Commit",
        &[
            ("oid", &[], "GitObjectID!"),
            ("url", &[], "URI!"),
            ("message", &[], "String!"),
            ("messageHeadline", &[], "String!"),
            ("committedDate", &[], "DateTime!"),
            ("tree", &[], "Tree!"),
        ],
    ),
    (
        "CreateCommitOnBranchPayload",
        &[("clientMutationId", &[], "String"), ("commit", &[], "Commit"), ("ref", &[], "Ref")],
    ),
];

const INPUTS: &[(&str, &[(&str, &str)])] = &[
    (
        "CreateCommitOnBranchInput",
        &[
            ("branch", "CommittableBranch!"),
            ("message", "CommitMessage!"),
            ("expectedHeadOid", "GitObjectID!"),
            ("fileChanges", "FileChanges"),
            ("clientMutationId", "String"),
        ],
    ),
    ("CommittableBranch", &[("id", "ID"), ("repositoryNameWithOwner", "String"), ("branchName", "String")]),
    ("CommitMessage", &[("headline", "String!"), ("body", "String")]),
    ("FileChanges", &[("additions", "[FileAddition!]"), ("deletions", "[FileDeletion!]")]),
    ("FileAddition", &[("path", "String!"), ("contents", "Base64String!")]),
    ("FileDeletion", &[("path", "String!")]),
];

/// The members of an input type.
pub(crate) fn input(name: &str) -> Option<&'static [(&'static str, &'static str)]> {
    INPUTS.iter().find(|(other, _)| *other == name).map(|(_, members)| *members)
}

pub(crate) fn is_object(name: &str) -> bool {
    OBJECTS.iter().any(|(other, _)| *other == name)
}

/// The arguments and the type of a field.
pub(crate) fn field(on: &str, name: &str) -> Option<(&'static [(&'static str, &'static str)], &'static str)> {
    if name == "__typename" {
        return Some((&[], "String!"));
    }
    let (_, fields) = OBJECTS.iter().find(|(other, _)| *other == on)?;
    fields.iter().find(|(other, ..)| *other == name).map(|(_, arguments, kind)| (*arguments, *kind))
}

/// A type without its list and its exclamation marks.
pub(crate) fn named(kind: &str) -> &str {
    kind.trim_matches(['[', ']', '!'])
}

/// Whether a value can be of both types.
pub(crate) fn overlap(one: &str, other: &str) -> bool {
    let git_object = |name: &str| ["GitObject", "Blob", "Tree", "Commit"].contains(&name);
    one == other || (git_object(one) && git_object(other) && (one == "GitObject" || other == "GitObject"))
}
