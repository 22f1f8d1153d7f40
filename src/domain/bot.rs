//! The switch by which people silence the bot: all of it, or for single intents. Must not know what a silent bot does.

use serde::{Deserialize, Serialize};

use crate::domain::intent::Intent;
use crate::domain::time::Timestamp;

/// What the bot may do at all; at first everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BotSwitch {
    pub enabled: bool,
    /// What the bot leaves to people although it is on.
    pub intents_off: Vec<Intent>,
    /// How often it has been set. A turn that was decided under another setting is not written.
    pub number: u64,
}

impl Default for BotSwitch {
    fn default() -> Self {
        Self {
            enabled: true,
            intents_off: Vec::new(),
            number: 0,
        }
    }
}

impl BotSwitch {
    /// Nobody has ever touched it.
    pub fn is_untouched(&self) -> bool {
        *self == Self::default()
    }

    pub fn is_off_for(&self, intent: &Intent) -> bool {
        self.intents_off.contains(intent)
    }
}

/// The switch as it was set last.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BotSetting {
    pub switch: BotSwitch,
    /// `None` while nobody has touched it.
    pub changed: Option<Changed>,
}

impl BotSetting {
    /// What is in force when this has been set anew.
    pub fn set(&self, enabled: bool, intents_off: &[Intent], changed: &Changed) -> Self {
        Self {
            switch: BotSwitch {
                enabled,
                intents_off: intents_off.to_vec(),
                number: self.switch.number + 1,
            },
            changed: Some(changed.clone()),
        }
    }
}

/// When, and by whom: `key:key_…` for example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub at: Timestamp,
    pub by: String,
}
