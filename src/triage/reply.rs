//! The lines the business wrote: templates compiled and tried when they load, rendered when they are said.
//! A template sees only the variables named here; what a customer wrote is a value, never a template.

use std::collections::BTreeMap;
use std::fmt;

use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, context, escape_formatter};

use crate::domain::canned_response::{CannedResponse, Speaker};
use crate::domain::intent::Intent;

/// Steps a template may take; the longest of the sample business needs under 100.
pub(crate) const FUEL: u64 = 10_000;

/// All that a template can mention; what does not apply is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Variables<'a> {
    pub customer_name: &'a str,
    pub business_name: &'a str,
    pub agent_name: &'a str,
    pub queue_name: &'a str,
    pub option_a: &'a str,
    pub option_b: &'a str,
    /// In the line, from 1 on.
    pub position: &'a str,
    /// `about 5 minutes`.
    pub wait: &'a str,
    /// `tomorrow at 8:00`; only where it is closed.
    pub opens_at: &'a str,
}

impl Variables<'static> {
    /// Each is its own placeholder, for whoever is to fill it in.
    pub const UNFILLED: Self = Self {
        customer_name: "{{customer.name}}",
        business_name: "{{business.name}}",
        agent_name: "{{agent.name}}",
        queue_name: "{{queue.name}}",
        option_a: "{{option_a}}",
        option_b: "{{option_b}}",
        position: "{{position}}",
        wait: "{{wait}}",
        opens_at: "{{opens_at}}",
    };
}

/// A canned response that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyProblem {
    pub id: String,
    pub message: String,
}

/// What an agent may be offered: id and the intents it is for.
#[derive(Debug, Clone)]
struct Offer {
    id: String,
    intents: Vec<Intent>,
}

/// The canned responses of one locale, ready to be said.
pub struct Replies {
    environment: Environment<'static>,
    speakers: BTreeMap<String, Speaker>,
    offers: Vec<Offer>,
}

impl fmt::Debug for Replies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replies")
            .field("speakers", &self.speakers)
            .finish_non_exhaustive()
    }
}

impl Replies {
    /// Takes those in `locale`; every template is compiled and rendered once with all variables empty and once
    /// with all filled, so that a mistake shows now and not in front of a customer.
    pub fn new(responses: &[CannedResponse], locale: &str) -> Result<Self, Vec<ReplyProblem>> {
        let mut replies = Self {
            environment: environment(),
            speakers: BTreeMap::new(),
            offers: Vec::new(),
        };
        let ours = responses.iter().filter(|response| response.locale == locale);
        let problems: Vec<_> = ours.filter_map(|response| replies.add(response).err()).collect();
        if problems.is_empty() {
            Ok(replies)
        } else {
            Err(problems)
        }
    }

    fn add(&mut self, response: &CannedResponse) -> Result<(), ReplyProblem> {
        let problem = |error: minijinja::Error| ReplyProblem {
            id: response.id.clone(),
            message: explain(&error),
        };
        self.environment
            .add_template_owned(response.id.clone(), response.text.trim().to_owned())
            .map_err(problem)?;
        let filled = Variables {
            customer_name: "x",
            business_name: "x",
            agent_name: "x",
            queue_name: "x",
            option_a: "x",
            option_b: "x",
            position: "x",
            wait: "x",
            opens_at: "x",
        };
        for variables in [Variables::default(), filled] {
            self.render(&response.id, &variables).map_err(problem)?;
        }
        self.speakers.insert(response.id.clone(), response.speaker);
        if response.speaker != Speaker::Bot && !response.intents.is_empty() {
            self.offers.push(Offer {
                id: response.id.clone(),
                intents: response.intents.clone(),
            });
        }
        Ok(())
    }

    fn render(&self, id: &str, variables: &Variables<'_>) -> Result<String, minijinja::Error> {
        self.environment.get_template(id)?.render(context! {
            customer => context! { name => variables.customer_name },
            business => context! { name => variables.business_name },
            agent => context! { name => variables.agent_name },
            queue => context! { name => variables.queue_name },
            option_a => variables.option_a,
            option_b => variables.option_b,
            position => variables.position,
            wait => variables.wait,
            opens_at => variables.opens_at,
        })
    }

    /// Whether the bot may say it.
    pub fn bot_has(&self, id: &str) -> bool {
        self.speakers
            .get(id)
            .is_some_and(|speaker| *speaker != Speaker::Agent)
    }

    /// `None` when there is no such line, or it does not render: then the bot says nothing rather than nonsense.
    pub fn say(&self, id: &str, variables: &Variables<'_>) -> Option<String> {
        self.render(id, variables).ok()
    }

    /// What may be suggested to an agent: a response that agents may send, and that renders.
    pub fn offered(&self, id: &str, variables: &Variables<'_>) -> Option<String> {
        let speaker = self.speakers.get(id)?;
        (*speaker != Speaker::Bot).then(|| self.say(id, variables))?
    }

    /// All that agents may send, by id: the text, and whether it is theirs alone. What does not render is left out.
    pub fn for_agents<'a>(
        &'a self,
        variables: &'a Variables<'_>,
    ) -> impl Iterator<Item = (&'a str, String, bool)> + 'a {
        self.speakers.iter().filter_map(|(id, speaker)| {
            let text = self.offered(id, variables)?;
            Some((id.as_str(), text, *speaker == Speaker::Agent))
        })
    }

    /// Whether it is suggested for an intent.
    pub fn is_for(&self, id: &str, intent: &Intent) -> bool {
        let offer = self.offers.iter().find(|offer| offer.id == id);
        offer.is_some_and(|offer| offer.intents.contains(intent))
    }

    /// Ids of what may be suggested to an agent for an intent, in the order they were written.
    pub fn offered_for(&self, intent: &Intent) -> impl Iterator<Item = &str> {
        self.offers
            .iter()
            .filter(|offer| offer.intents.contains(intent))
            .map(|offer| offer.id.as_str())
    }
}

/// Where every template of a business is compiled: what is unknown or null is an error and not an empty space, and
/// nothing runs for ever.
pub(crate) fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_formatter(|out, state, value| {
        if value.is_none() {
            return Err(Error::new(
                ErrorKind::UndefinedError,
                "a value that is said is null",
            ));
        }
        escape_formatter(out, state, value)
    });
    environment.set_fuel(Some(FUEL));
    environment
}

fn explain(error: &minijinja::Error) -> String {
    let known =
        "customer.name, business.name, agent.name, queue.name, option_a, option_b, position, wait, opens_at";
    let line = error
        .line()
        .map_or(String::new(), |line| format!(" (line {line} of the text)"));
    if error.kind() == ErrorKind::UndefinedError {
        format!("unknown variable{line}; known are {known}")
    } else if error.kind() == ErrorKind::OutOfFuel {
        format!("takes more than {FUEL} steps{line}; remove the loop")
    } else {
        error.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(id: &str, text: &str) -> CannedResponse {
        CannedResponse {
            id: id.into(),
            title: String::new(),
            locale: "en".into(),
            speaker: Speaker::Both,
            intents: vec![Intent::new("greeting")],
            text: text.into(),
        }
    }

    fn problem_of(text: &str) -> String {
        Replies::new(&[reply("a", text)], "en")
            .unwrap_err()
            .remove(0)
            .message
    }

    #[test]
    fn customers_words_are_values_not_templates() {
        let replies = Replies::new(&[reply("hi", "Hello {{ customer.name }}.")], "en").unwrap();
        let variables = Variables {
            customer_name: "{{ 7*7 }} <b>",
            ..Variables::default()
        };
        assert_eq!(replies.say("hi", &variables).unwrap(), "Hello {{ 7*7 }} <b>.");
        assert_eq!(replies.say("other", &variables), None);
    }

    #[test]
    fn agents_see_what_is_still_to_be_filled_in() {
        let mut bots = reply("b", "For the bot.");
        bots.speaker = Speaker::Bot;
        let mut agents = reply("c", "I'm {{ agent.name }}.");
        agents.speaker = Speaker::Agent;
        let greeting = "Hello{% if customer.name %} {{ customer.name }}{% endif %}.";
        let replies = Replies::new(&[agents, bots, reply("a", greeting)], "en").unwrap();
        let anybody = Variables {
            customer_name: "",
            ..Variables::UNFILLED
        };
        let texts = |variables| {
            replies
                .for_agents(variables)
                .map(|(id, text, own)| (id.to_owned(), text, own))
                .collect::<Vec<_>>()
        };
        let expected = |greeting: &str| {
            [
                ("a".to_owned(), greeting.to_owned(), false),
                ("c".to_owned(), "I'm {{agent.name}}.".to_owned(), true),
            ]
        };
        assert_eq!(texts(&Variables::UNFILLED), expected("Hello {{customer.name}}."));
        assert_eq!(texts(&anybody), expected("Hello."));
    }

    #[test]
    fn mistakes_are_found_on_load() {
        assert!(problem_of("{{ customer.age }}").starts_with("unknown variable"));
        assert!(problem_of("{{ nobody }}").starts_with("unknown variable"));
        assert!(problem_of("{% if agent.name %}{{ oops }}{% endif %}").starts_with("unknown variable"));
        assert!(
            problem_of("{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}")
                .contains("steps")
        );
        assert!(problem_of("{{ customer.name ").contains("syntax error"));
    }

    #[test]
    fn another_locale_is_left_out() {
        let replies = Replies::new(&[reply("hi", "Hello")], "de").unwrap();
        assert!(!replies.bot_has("hi"));
    }
}
