//! GraphQL's grammar, as far as a client of commits and files needs it: one operation, fields with
//! aliases and arguments, variables, inline fragments. Named fragments and directives are refused by name.
//! Ours and not graphql-parser 0.4: that names no position of a syntax error, which GitHub does, and it brings a second
//! thiserror.

use serde_json::{Value, json};

/// Line and column, from 1.
pub(crate) type Place = (usize, usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Query,
    Mutation,
}

pub(crate) struct Operation {
    pub(crate) kind: Kind,
    pub(crate) name: Option<String>,
    pub(crate) variables: Vec<Variable>,
    pub(crate) selections: Vec<Selection>,
}

pub(crate) struct Variable {
    pub(crate) name: String,
    /// As written: `String!`.
    pub(crate) kind: String,
    pub(crate) default: Option<Value>,
    pub(crate) at: Place,
}

pub(crate) enum Selection {
    Field(Field),
    Inline { on: Option<String>, selections: Vec<Selection>, at: Place },
}

pub(crate) struct Field {
    pub(crate) alias: Option<String>,
    pub(crate) name: String,
    pub(crate) arguments: Vec<(String, Argument)>,
    pub(crate) selections: Vec<Selection>,
    pub(crate) at: Place,
}

impl Field {
    /// The name of its place in the answer.
    pub(crate) fn key(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Argument {
    Variable(String),
    Literal(Value),
    List(Vec<Argument>),
    Object(Vec<(String, Argument)>),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A single character, or `.` for the three of a spread.
    Mark(char),
    Name(String),
    Number(String),
    Text(String),
    End,
}

/// Reads the one operation of a document, or says what GitHub would say of it.
pub(crate) fn parse(text: &str) -> Result<Operation, Value> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0 };
    let operation = parser.operation()?;
    match parser.peek() {
        Token::End => Ok(operation),
        Token::Name(word) if word == "fragment" => Err(parser.wrong("the stand-in knows no named fragments")),
        _ => Err(parser.wrong("the stand-in takes one operation a request")),
    }
}

struct Parser {
    tokens: Vec<(Token, Place)>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn place(&self) -> Place {
        self.tokens[self.at].1
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn wrong(&self, why: &str) -> Value {
        error_at(self.place(), &format!("Parse error on {:?}: {why}", self.peek()))
    }

    fn takes(&mut self, mark: char) -> bool {
        let found = *self.peek() == Token::Mark(mark);
        if found {
            self.next();
        }
        found
    }

    fn expect(&mut self, mark: char) -> Result<(), Value> {
        if self.takes(mark) { Ok(()) } else { Err(self.wrong(&format!("expected {mark:?}"))) }
    }

    fn name(&mut self) -> Result<String, Value> {
        match self.peek() {
            Token::Name(_) => match self.next() {
                Token::Name(name) => Ok(name),
                _ => unreachable!("it was looked at"),
            },
            _ => Err(self.wrong("expected a name")),
        }
    }

    fn operation(&mut self) -> Result<Operation, Value> {
        if *self.peek() == Token::Mark('{') {
            let selections = self.selections()?;
            return Ok(Operation { kind: Kind::Query, name: None, variables: Vec::new(), selections });
        }
        let kind = match self.name()?.as_str() {
            "query" => Kind::Query,
            "mutation" => Kind::Mutation,
            _ => return Err(self.wrong("expected a query or a mutation before this")),
        };
        let name = matches!(self.peek(), Token::Name(_)).then(|| self.name()).transpose()?;
        let mut variables = Vec::new();
        if self.takes('(') {
            while !self.takes(')') {
                variables.push(self.variable()?);
            }
        }
        let selections = self.selections()?;
        Ok(Operation { kind, name, variables, selections })
    }

    fn variable(&mut self) -> Result<Variable, Value> {
        let at = self.place();
        self.expect('$')?;
        let name = self.name()?;
        self.expect(':')?;
        let kind = self.kind()?;
        let default = match self.takes('=').then(|| self.argument()).transpose()? {
            None => None,
            Some(Argument::Literal(value)) => Some(value),
            Some(_) => return Err(self.wrong("the stand-in takes plain defaults only")),
        };
        Ok(Variable { name, kind, default, at })
    }

    fn kind(&mut self) -> Result<String, Value> {
        let mut kind = if self.takes('[') {
            let inner = self.kind()?;
            self.expect(']')?;
            format!("[{inner}]")
        } else {
            self.name()?
        };
        if self.takes('!') {
            kind.push('!');
        }
        Ok(kind)
    }

    fn selections(&mut self) -> Result<Vec<Selection>, Value> {
        self.expect('{')?;
        let mut selections = Vec::new();
        loop {
            selections.push(self.selection()?);
            if self.takes('}') {
                return Ok(selections);
            }
        }
    }

    fn selection(&mut self) -> Result<Selection, Value> {
        let at = self.place();
        if self.takes('.') {
            let on = match self.peek() {
                Token::Mark('{') => None,
                Token::Name(word) if word == "on" => {
                    self.next();
                    Some(self.name()?)
                }
                _ => return Err(self.wrong("the stand-in knows no named fragments")),
            };
            return Ok(Selection::Inline { on, selections: self.selections()?, at });
        }
        let first = self.name()?;
        let (alias, name) = if self.takes(':') { (Some(first), self.name()?) } else { (None, first) };
        let mut arguments = Vec::new();
        if self.takes('(') {
            while !self.takes(')') {
                arguments.push(self.pair()?);
            }
        }
        if *self.peek() == Token::Mark('@') {
            return Err(self.wrong("the stand-in knows no directives"));
        }
        let inner = *self.peek() == Token::Mark('{');
        let selections = if inner { self.selections()? } else { Vec::new() };
        Ok(Selection::Field(Field { alias, name, arguments, selections, at }))
    }

    fn pair(&mut self) -> Result<(String, Argument), Value> {
        let name = self.name()?;
        self.expect(':')?;
        Ok((name, self.argument()?))
    }

    fn argument(&mut self) -> Result<Argument, Value> {
        if self.takes('$') {
            return Ok(Argument::Variable(self.name()?));
        }
        if self.takes('[') {
            let mut list = Vec::new();
            while !self.takes(']') {
                list.push(self.argument()?);
            }
            return Ok(Argument::List(list));
        }
        if self.takes('{') {
            let mut members = Vec::new();
            while !self.takes('}') {
                members.push(self.pair()?);
            }
            return Ok(Argument::Object(members));
        }
        let literal = match self.peek() {
            Token::Text(text) => json!(text),
            Token::Number(number) => serde_json::from_str(number).map_err(|_| self.wrong("a number"))?,
            Token::Name(word) if word == "null" => Value::Null,
            Token::Name(word) if word == "true" || word == "false" => json!(word == "true"),
            _ => return Err(self.wrong("expected a value")),
        };
        self.next();
        Ok(Argument::Literal(literal))
    }
}

fn error_at((line, column): Place, message: &str) -> Value {
    json!({"message": message, "locations": [{"line": line, "column": column}]})
}

fn tokens(text: &str) -> Result<Vec<(Token, Place)>, Value> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n', ',', '\u{feff}']);
        let before = &text[..text.len() - rest.len()];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let place = (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1);
        let Some(first) = rest.chars().next() else {
            found.push((Token::End, place));
            return Ok(found);
        };
        let length = |wanted: fn(char) -> bool| rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        let (token, taken) = match first {
            '#' => {
                rest = &rest[length(|c| c != '\n')..];
                continue;
            }
            '.' if rest.starts_with("...") => (Token::Mark('.'), 3),
            '{' | '}' | '(' | ')' | '[' | ']' | '$' | ':' | '!' | '=' | '@' => (Token::Mark(first), 1),
            '"' => text_token(rest).ok_or_else(|| error_at(place, "Parse error: unfinished string"))?,
            'a'..='z' | 'A'..='Z' | '_' => {
                let end = length(|c| c.is_ascii_alphanumeric() || c == '_');
                (Token::Name(rest[..end].into()), end)
            }
            '-' | '0'..='9' => {
                let end = length(|c| c.is_ascii_digit() || "+-.eE".contains(c));
                (Token::Number(rest[..end].into()), end)
            }
            _ => return Err(error_at(place, &format!("Parse error on {first:?}"))),
        };
        found.push((token, place));
        rest = &rest[taken..];
    }
}

/// A string, whose escapes are JSON's, or a block string, whose indentation is kept as it stands.
fn text_token(rest: &str) -> Option<(Token, usize)> {
    if let Some(block) = rest.strip_prefix("\"\"\"") {
        let end = block.find("\"\"\"")?;
        return Some((Token::Text(block[..end].into()), end + 6));
    }
    let mut escaped = false;
    let end = rest.char_indices().skip(1).find_map(|(at, c)| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at + 1)
    })?;
    Some((Token::Text(serde_json::from_str(&rest[..end]).ok()?), end))
}
