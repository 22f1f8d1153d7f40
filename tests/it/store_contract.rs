//! What every store must do, as one list of cases run on each of them.

pub(crate) mod fixtures;
pub(crate) mod tasks;

mod accounts;
mod agents;
mod conversations;
mod deliveries;
mod desk;
mod endpoints;
mod events;
mod figures;
mod idempotency;
mod keys;
mod labels;
mod leases;
mod queue;
mod replays;
mod settings;
mod suggestions;
mod workspaces;

/// One test for each case and store.
macro_rules! contract {
    ($($area:ident { $($case:ident),+ $(,)? })+) => {
        mod memory {
            use firstline::store::memory::MemoryStore;

            $($(
                #[tokio::test]
                async fn $case() {
                    super::$area::$case(&MemoryStore::default()).await.unwrap();
                }
            )+)+
        }

        mod sqlite {
            use crate::store_contract::fixtures::OnDisk;

            $($(
                #[tokio::test]
                async fn $case() {
                    let disk = OnDisk::new();
                    super::$area::$case(&disk.serve().await.store).await.unwrap();
                }
            )+)+
        }
    };
}

contract! {
    conversations {
        a_new_conversation_is_loaded_as_written,
        an_unknown_conversation_is_none,
        load_gives_the_newest_messages_oldest_first,
        a_moved_version_is_refused,
        a_moved_epoch_is_refused,
        a_conversation_is_created_once,
        a_refused_turn_leaves_nothing_behind,
        messages_go_on_behind_a_number,
        turns_come_back_oldest_first,
        turns_at_once_take_consecutive_versions,
    }
    idempotency {
        a_repeated_request_gets_the_first_record,
        a_key_belongs_to_one_request,
        two_callers_may_choose_the_same_key,
        an_expired_key_is_free_again,
        a_refused_turn_does_not_use_up_its_key,
        equal_requests_at_once_write_one_turn,
    }
    queue {
        the_highest_priority_then_the_longest_wait_comes_first,
        pages_join_to_the_whole_line,
        one_queue_can_be_asked_for,
        who_is_claimed_or_resolved_waits_no_more,
        a_bad_cursor_is_refused,
        a_place_is_what_stands_before_it_in_its_own_queue,
        the_expected_wait_is_that_of_the_newest_in_the_queue,
        every_line_says_how_many_wait_and_since_when,
    }
    events {
        events_of_one_conversation_and_of_all,
        the_position_moves_with_every_commit,
        log_and_delivery_hold_the_same_bytes,
        a_clock_set_back_changes_no_order,
    }
    endpoints {
        an_endpoint_is_added_once,
        an_endpoint_changes_all_but_its_origin,
        a_removed_endpoint_takes_its_deliveries_along,
        an_unknown_endpoint_is_not_found,
        only_wanted_events_are_delivered,
    }
    leases {
        the_longest_due_is_claimed_first,
        a_lease_hides_a_delivery_until_it_ends,
        a_late_record_is_refused,
        a_lease_is_recorded_once,
        an_endpoint_has_a_bounded_share,
        nothing_is_claimed_before_it_is_due,
    }
    deliveries {
        a_delivered_one_is_done,
        a_retry_waits_until_it_is_due,
        an_exhausted_one_is_kept,
        disabling_exhausts_what_is_pending,
        the_others_learn_of_a_disabled_endpoint,
        an_attempt_that_ran_while_its_endpoint_was_disabled_counts,
        a_replay_starts_a_fresh_schedule,
        a_replay_ends_the_lease,
        an_unknown_delivery_is_not_found,
        attempts_are_listed_oldest_first,
        deliveries_are_listed_newest_first,
    }
    replays {
        all_that_failed_are_replayed_in_the_order_of_their_events,
        a_time_range_is_replayed_whatever_the_state,
        a_replay_of_many_needs_its_endpoint,
        a_test_goes_to_its_endpoint_alone,
        a_test_is_sent_once,
        a_delivery_keeps_the_form_of_its_event,
    }
    tasks {
        the_longest_due_task_is_claimed_first,
        a_claimed_task_is_as_it_was_written,
        a_lease_hides_a_task_until_it_ends,
        a_task_goes_with_the_turn_it_ends_in,
        a_task_may_end_twice,
        the_end_of_a_task_may_want_more,
        a_refused_turn_leaves_no_task_and_ends_none,
        a_repeated_request_has_its_task_once,
        a_turn_without_events_wakes_those_who_follow,
        tasks_stay_in_their_workspace,
    }
    figures {
        the_wall_counts_who_has_what,
        a_day_counts_what_ended_and_was_rated_in_it,
        messages_count_by_how_they_were_read,
        alerts_are_kept_with_their_events,
    }
    labels {
        labels_are_listed_newest_first_by_state,
        an_unknown_label_or_cursor_is_refused,
    }
    settings {
        the_switch_is_as_it_was_set_last,
        a_turn_decided_under_another_switch_is_refused,
    }
    suggestions {
        what_was_shown_last_is_gone_with_the_next_answer,
        uses_add_up_by_suggestion_and_intent,
        a_refused_or_repeated_answer_leaves_nothing,
        answers_come_newest_first_with_what_their_questions_mean,
        a_customer_s_other_conversations_come_newest_first,
        an_unknown_visitor_has_no_other_conversations,
    }
    desk {
        the_newest_change_comes_first_and_pages_join,
        a_list_has_what_is_asked_for,
        a_cursor_of_no_list_is_refused,
        what_was_said_last_is_what_a_person_said,
        who_waits_for_an_answer_is_found_by_its_holder,
        notes_are_read_back_oldest_first,
    }
    agents {
        an_agent_is_registered_offline_and_changed_in_place,
        agents_are_listed_by_id_and_stay_in_their_workspace,
        a_heartbeat_keeps_the_presence,
        who_said_that_they_go_is_not_seen_again_by_heartbeats,
        a_change_of_agents_wakes_those_who_follow,
        what_is_held_and_offered_is_the_load,
        what_is_snoozed_is_no_load,
        work_is_noted_with_its_turn,
    }
    keys {
        a_key_is_found_by_its_hash,
        a_revoked_key_is_gone,
        a_key_is_added_once,
        a_store_that_can_write_is_ready,
    }
    accounts {
        an_account_is_added_once,
        another_role_and_being_disabled_end_sessions,
        the_last_administrator_stays,
        a_session_ends_by_itself_and_by_its_holder,
        a_new_password_ends_the_other_sessions,
        a_link_sets_a_password_once,
        a_link_without_a_login_makes_the_first_administrator,
        what_was_done_is_listed_newest_first,
    }
    workspaces {
        conversations_stay_in_their_workspace,
        idempotency_keys_stay_in_their_workspace,
        deliveries_stay_in_their_workspace,
        api_keys_stay_in_their_workspace,
    }
}
