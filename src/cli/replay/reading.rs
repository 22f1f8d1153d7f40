//! A reading in a line of a transcript, for rules that should not depend on the model:
//! `track_order 0.4, cancel_order 0.3; negative 0.9; language de; order FH-10423; fault overloaded`.

use crate::domain::entity::{Entity, EntityKind};
use crate::domain::intent::{Intent, ScoredIntent};
use crate::domain::reading::{Classification, Fault, Language};
use crate::domain::sentiment::Sentiment;

/// The probability of `negative` where a line names none.
const CALM: f32 = 0.05;

/// What the classifier is made to say; an `Err` inside is a fault it is made to have.
pub(super) fn parse(spec: &str) -> Result<Result<Classification, Fault>, String> {
    let mut reading = Classification {
        intents: Vec::new(),
        sentiment: mood(CALM),
        embedding: Vec::new(),
        language: None,
        entities: Vec::new(),
        model: "transcript".to_owned(),
    };
    for part in spec.split(';').map(str::trim) {
        match part.split_once(' ') {
            Some(("negative", value)) => reading.sentiment = mood(probability(value)?),
            Some(("language", code)) => {
                reading.language = Some(Language {
                    code: code.to_owned(),
                    confidence: 1.0,
                })
            }
            Some(("order", value)) => {
                reading.entities.push(Entity::new(EntityKind::OrderNumber, value));
            }
            Some(("fault", "overloaded")) => return Ok(Err(Fault::Overloaded)),
            Some(("fault", "stopped")) => return Ok(Err(Fault::Stopped)),
            Some(("fault", "timed_out")) => return Ok(Err(Fault::TimedOut)),
            _ => {
                reading.intents = part
                    .split(',')
                    .map(|pair| intent(pair.trim()))
                    .collect::<Result<_, _>>()?
            }
        }
    }
    Ok(Ok(reading))
}

fn intent(pair: &str) -> Result<ScoredIntent, String> {
    let (name, value) = pair
        .split_once(' ')
        .ok_or_else(|| format!("{pair:?} is not an intent and its confidence"))?;
    Ok(ScoredIntent {
        name: Intent::new(name),
        confidence: probability(value)?,
    })
}

fn probability(value: &str) -> Result<f32, String> {
    let number = value.parse().ok().filter(|number| (0.0..=1.0).contains(number));
    number.ok_or_else(|| format!("{value:?} is not a probability between 0 and 1"))
}

fn mood(negative: f32) -> Sentiment {
    Sentiment::new(negative, 1.0 - negative, 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_read() {
        let reading = parse("track_order 0.4, cancel_order 0.3; negative 0.9; language de")
            .unwrap()
            .unwrap();
        assert_eq!(reading.intents.len(), 2);
        assert_eq!(reading.sentiment.negative, 0.9);
        assert_eq!(reading.language.unwrap().code, "de");
        assert_eq!(parse("fault overloaded").unwrap(), Err(Fault::Overloaded));
        assert!(parse("track_order").is_err());
        assert!(parse("track_order 1.4").is_err());
    }
}
