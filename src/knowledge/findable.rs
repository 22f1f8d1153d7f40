//! Which passages may be found at all, kept for the next question: the locale, the audience and the day seldom change
//! from one to the next. Knows nothing of what a question asks.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use tantivy::{Searcher, TantivyError};

use crate::domain::article::Audience;
use crate::knowledge::lexical::{self, Documents};
use crate::knowledge::schema::Fields;
use crate::ports::SearchQuery;

/// Those of the last question.
#[derive(Debug, Default)]
pub(crate) struct Findable(Mutex<Option<(Asked, Arc<Documents>)>>);

/// What decides who may find what.
#[derive(Debug, PartialEq)]
struct Asked {
    locale: String,
    audience: Audience,
    day: Date,
}

impl Findable {
    /// Always of the same index.
    pub(crate) fn documents(
        &self,
        searcher: &Searcher,
        fields: &Fields,
        query: &SearchQuery<'_>,
    ) -> Result<Arc<Documents>, TantivyError> {
        let asked = Asked {
            locale: query.locale.to_owned(),
            audience: query.audience,
            day: query.now.to_zoned(TimeZone::UTC).date(),
        };
        if let Some((before, documents)) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner)
            && *before == asked
        {
            return Ok(Arc::clone(documents));
        }
        let documents = Arc::new(lexical::documents(searcher, fields, query)?);
        let newest = (asked, Arc::clone(&documents));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(newest);
        Ok(documents)
    }
}
