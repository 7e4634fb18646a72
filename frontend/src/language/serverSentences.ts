/**
 * The server's sentences by their code (docs/reference/codes.md), for the catalogs. The page does not load this list: in
 * English it shows the sentence that the server sent, which may be more exact.
 */
import { msg } from "@lingui/core/macro";

export const SERVER_SENTENCES = [
  msg({
    id: "server.account_expired",
    message: "This temporary account has expired.",
    comment: "This temporary account has expired.",
  }),
  msg({
    id: "server.account_gone",
    message: "This account no longer exists.",
    comment: "This account no longer exists.",
  }),
  msg({
    id: "server.account_not_found",
    message: "Account not found.",
    comment: "Account not found.",
  }),
  msg({
    id: "server.admins_only",
    message: "Only admins can do this.",
    comment: "Only admins can do this.",
  }),
  msg({
    id: "server.already_decided",
    message: "Someone already answered.",
    comment: "Someone already answered.",
  }),
  msg({
    id: "server.already_set_up",
    message: "This site is already set up.",
    comment: "This site is already set up.",
  }),
  msg({
    id: "server.already_uploaded",
    message: "This film has already been uploaded.",
    comment: "This film has already been uploaded.",
  }),
  msg({
    id: "server.authenticator_exists",
    message: "Your account already has an authenticator app. Remove it first.",
    comment: "Your account already has an authenticator app. Remove it first.",
  }),
  msg({
    id: "server.authenticator_not_started",
    message: "Start again: there is no authenticator app to confirm.",
    comment: "Start again: there is no authenticator app to confirm.",
  }),
  msg({
    id: "server.bad_text",
    message: "Remove the special characters and try again.",
    comment: "Remove the special characters and try again.",
  }),
  msg({
    id: "server.bad_value",
    message: "Check what you entered.",
    comment: "Check what you entered.",
  }),
  msg({ id: "server.ban_not_found", message: "Ban not found.", comment: "Ban not found." }),
  msg({
    id: "server.banned",
    message: "You can’t rejoin this room.",
    comment: "You can’t rejoin this room.",
  }),
  msg({
    id: "server.challenge_expired",
    message: "That took too long. Try again.",
    comment: "That took too long. Try again.",
  }),
  msg({
    id: "server.changed_meanwhile",
    message: "Someone else is changing this account right now. Try again.",
    comment: "Someone else is changing this account right now. Try again.",
  }),
  msg({
    id: "server.denied",
    message: "You’re no longer in this room.",
    comment: "You’re no longer in this room.",
  }),
  msg({
    id: "server.disk_full",
    message:
      "The server’s disk is full. What you’ve uploaded is kept; resume when there’s more storage.",
    comment:
      "The server’s disk is full. What you’ve uploaded is kept; resume when there’s more storage.",
  }),
  msg({
    id: "server.email_taken",
    message: "This address already has an account.",
    comment: "This address already has an account.",
  }),
  msg({
    id: "server.factor_unreadable",
    message:
      "The server can’t read your authenticator app’s secret any more. Ask the admin to reset your sign-in.",
    comment:
      "The server can’t read your authenticator app’s secret any more. Ask the admin to reset your sign-in.",
  }),
  msg({
    id: "server.file_too_large",
    message: "This film is too large.",
    comment: "This film is too large.",
  }),
  msg({
    id: "server.films_stopped",
    message: "Films are paused: this site’s budget for the month is used up.",
    comment: "Films are paused: this site’s budget for the month is used up.",
  }),
  msg({
    id: "server.identity_unavailable",
    message: "Sign-in is unavailable. Try again in a moment.",
    comment: "Sign-in is unavailable. Try again in a moment.",
  }),
  msg({
    id: "server.internal",
    message: "Something went wrong on our side. Try again in a moment.",
    comment: "Something went wrong on our side. Try again in a moment.",
  }),
  msg({
    id: "server.invalid",
    message: "Check what you entered.",
    comment: "Check what you entered.",
  }),
  msg({
    id: "server.invitation_needed",
    message: "This site is invite-only. Ask the admin for an invitation link.",
    comment: "This site is invite-only. Ask the admin for an invitation link.",
  }),
  msg({
    id: "server.invitation_not_found",
    message: "Invitation not found.",
    comment: "Invitation not found.",
  }),
  msg({
    id: "server.invite_not_found",
    message: "Invitation not found.",
    comment: "Invitation not found.",
  }),
  msg({
    id: "server.jobs_unavailable",
    message: "Films can’t be prepared right now. We’ll try again.",
    comment: "Films can’t be prepared right now. We’ll try again.",
  }),
  msg({
    id: "server.last_admin",
    message: "This is the only admin. Make someone else an admin first.",
    comment: "This is the only admin. Make someone else an admin first.",
  }),
  msg({
    id: "server.line_not_found",
    message: "Message not found.",
    comment: "Message not found.",
  }),
  msg({
    id: "server.link_replaced",
    message: "The host created a new link for this room. Ask for the current one.",
    comment: "The host created a new link for this room. Ask for the current one.",
  }),
  msg({
    id: "server.link_used_up",
    message: "This account’s email address has changed since this link was sent.",
    comment: "This account’s email address has changed since this link was sent.",
  }),
  msg({
    id: "server.mail_unavailable",
    message: "We couldn’t send the email. Try again later.",
    comment: "We couldn’t send the email. Try again later.",
  }),
  msg({
    id: "server.member_not_found",
    message: "Person not found in this room.",
    comment: "Person not found in this room.",
  }),
  msg({
    id: "server.no_account",
    message: "Only people with an account can be host.",
    comment: "Only people with an account can be host.",
  }),
  msg({
    id: "server.no_authenticator",
    message: "Your account has no authenticator app.",
    comment: "Your account has no authenticator app.",
  }),
  msg({
    id: "server.no_grant",
    message: "Join the room to watch this.",
    comment: "Join the room to watch this.",
  }),
  msg({
    id: "server.no_proof_possible",
    message: "Your account has no way to confirm that it’s you. Sign in again.",
    comment: "Your account has no way to confirm that it’s you. Sign in again.",
  }),
  msg({
    id: "server.no_second_factor",
    message: "Add a passkey or an authenticator app first.",
    comment: "Add a passkey or an authenticator app first.",
  }),
  msg({
    id: "server.no_subtitles",
    message: "We can’t read this subtitle file. Use .srt, .vtt or .ass.",
    comment: "We can’t read this subtitle file. Use .srt, .vtt or .ass.",
  }),
  msg({
    id: "server.no_upload",
    message: "This film has been deleted.",
    comment: "This film has been deleted.",
  }),
  msg({
    id: "server.not_a_film",
    message: "This isn’t a video or audio file. Upload an MP4, MKV, WebM or MOV, for example.",
    comment: "This isn’t a video or audio file. Upload an MP4, MKV, WebM or MOV, for example.",
  }),
  msg({
    id: "server.not_a_member",
    message: "You left this room. Join again.",
    comment: "You left this room. Join again.",
  }),
  msg({
    id: "server.not_allowed",
    message: "You can’t do that here.",
    comment: "You can’t do that here.",
  }),
  msg({ id: "server.not_found", message: "Page not found.", comment: "Page not found." }),
  msg({
    id: "server.not_in_room",
    message: "This person is no longer in the room.",
    comment: "This person is no longer in the room.",
  }),
  msg({
    id: "server.not_invited",
    message: "This room is invite-only. Ask the host for a personal invitation link.",
    comment: "This room is invite-only. Ask the host for a personal invitation link.",
  }),
  msg({
    id: "server.not_uploaded",
    message: "Subtitles can only be added once the film is uploaded.",
    comment: "Subtitles can only be added once the film is uploaded.",
  }),
  msg({
    id: "server.not_yours",
    message: "This film belongs to someone else.",
    comment: "This film belongs to someone else.",
  }),
  msg({
    id: "server.nothing_failed",
    message: "Only films that failed have a problem report.",
    comment: "Only films that failed have a problem report.",
  }),
  msg({
    id: "server.nothing_to_retry",
    message: "Only films that failed can be prepared again.",
    comment: "Only films that failed can be prepared again.",
  }),
  msg({
    id: "server.objects_unavailable",
    message: "The storage isn’t responding. Try again in a moment.",
    comment: "The storage isn’t responding. Try again in a moment.",
  }),
  msg({
    id: "server.offer_gone",
    message: "This offer is no longer open.",
    comment: "This offer is no longer open.",
  }),
  msg({
    id: "server.offer_open",
    message: "You’ve already offered this room to someone. Take that back first.",
    comment: "You’ve already offered this room to someone. Take that back first.",
  }),
  msg({
    id: "server.other_address",
    message: "This invitation was sent to another address.",
    comment: "This invitation was sent to another address.",
  }),
  msg({
    id: "server.other_video",
    message: "This room is showing another film.",
    comment: "This room is showing another film.",
  }),
  msg({
    id: "server.passkey_known",
    message: "This passkey is already registered.",
    comment: "This passkey is already registered.",
  }),
  msg({
    id: "server.passkey_not_found",
    message: "Passkey not found.",
    comment: "Passkey not found.",
  }),
  msg({
    id: "server.passkey_refused",
    message: "This passkey could not be added. Try again.",
    comment: "This passkey could not be added. Try again.",
  }),
  msg({
    id: "server.passkeys_unavailable",
    message:
      "Passkeys need https, or http://localhost on the computer itself: this address has neither.",
    comment:
      "Passkeys need https, or http://localhost on the computer itself: this address has neither.",
  }),
  msg({
    id: "server.queue_empty",
    message: "No film in the queue is ready.",
    comment: "No film in the queue is ready.",
  }),
  msg({
    id: "server.quota_exceeded",
    message: "You don’t have enough storage for this. Delete a film to make room.",
    comment: "You don’t have enough storage for this. Delete a film to make room.",
  }),
  msg({
    id: "server.rate_limited",
    message: "Too many tries. Wait a moment.",
    comment: "Too many tries. Wait a moment.",
  }),
  msg({
    id: "server.removed",
    message: "You’re no longer in this room.",
    comment: "You’re no longer in this room.",
  }),
  msg({
    id: "server.request_not_found",
    message: "This person is no longer waiting.",
    comment: "This person is no longer waiting.",
  }),
  msg({
    id: "server.room_closed",
    message: "The host closed this room.",
    comment: "The host closed this room.",
  }),
  msg({
    id: "server.room_full",
    message: "This room is full. Try again in a bit.",
    comment: "This room is full. Try again in a bit.",
  }),
  msg({ id: "server.room_not_found", message: "Room not found.", comment: "Room not found." }),
  msg({
    id: "server.room_shut",
    message: "This room isn’t accepting anyone right now.",
    comment: "This room isn’t accepting anyone right now.",
  }),
  msg({
    id: "server.second_factor_required",
    message:
      "This site requires a second factor of admins. Add one under Account, Sign-in and security.",
    comment:
      "This site requires a second factor of admins. Add one under Account, Sign-in and security.",
  }),
  msg({
    id: "server.session_needed",
    message: "API tokens can’t do this. Sign in.",
    comment: "API tokens can’t do this. Sign in.",
  }),
  msg({
    id: "server.session_not_found",
    message: "Device not found.",
    comment: "Device not found.",
  }),
  msg({ id: "server.sign_in", message: "Join the room first.", comment: "Join the room first." }),
  msg({
    id: "server.sign_in_too_old",
    message: "You signed in too long ago. Sign in again.",
    comment: "You signed in too long ago. Sign in again.",
  }),
  msg({
    id: "server.signed_out",
    message: "You’re not signed in.",
    comment: "You’re not signed in.",
  }),
  msg({
    id: "server.step_up_needed",
    message: "Confirm that it’s you first.",
    comment: "Confirm that it’s you first.",
  }),
  msg({
    id: "server.store_unavailable",
    message: "The database isn’t responding. Try again in a moment.",
    comment: "The database isn’t responding. Try again in a moment.",
  }),
  msg({
    id: "server.subtitles_too_large",
    message: "This subtitle file is too large. The limit is 2 MB.",
    comment: "This subtitle file is too large. The limit is 2 MB.",
  }),
  msg({
    id: "server.suspended",
    message: "This account is suspended. Ask the admin.",
    comment: "This account is suspended. Ask the admin.",
  }),
  msg({
    id: "server.temporary",
    message: "Create an account first.",
    comment: "Create an account first.",
  }),
  msg({
    id: "server.temporary_off",
    message: "Sign in to host on this site.",
    comment: "Sign in to host on this site.",
  }),
  msg({
    id: "server.token_expired",
    message: "This API token has expired.",
    comment: "This API token has expired.",
  }),
  msg({
    id: "server.token_reused",
    message: "For your security, you’ve been signed out. Sign in again.",
    comment: "For your security, you’ve been signed out. Sign in again.",
  }),
  msg({
    id: "server.too_busy",
    message: "This film is changing too fast. Try again in a moment.",
    comment: "This film is changing too fast. Try again in a moment.",
  }),
  msg({
    id: "server.too_many_cues",
    message: "This subtitle file has too many lines.",
    comment: "This subtitle file has too many lines.",
  }),
  msg({
    id: "server.too_many_passkeys",
    message: "Your account has too many passkeys. Remove one first.",
    comment: "Your account has too many passkeys. Remove one first.",
  }),
  msg({
    id: "server.too_many_tokens",
    message: "Your account has too many API tokens. Delete one first.",
    comment: "Your account has too many API tokens. Delete one first.",
  }),
  msg({
    id: "server.too_many_tracks",
    message: "This film has too many subtitle files. Remove one first.",
    comment: "This film has too many subtitle files. Remove one first.",
  }),
  msg({
    id: "server.too_many_webhooks",
    message: "Your account has too many webhooks. Delete one first.",
    comment: "Your account has too many webhooks. Delete one first.",
  }),
  msg({
    id: "server.track_not_found",
    message: "Subtitles not found.",
    comment: "Subtitles not found.",
  }),
  msg({
    id: "server.upload_gone",
    message: "This film has been deleted.",
    comment: "This film has been deleted.",
  }),
  msg({
    id: "server.upload_incomplete",
    message: "Some parts of the file are missing. Send them first.",
    comment: "Some parts of the file are missing. Send them first.",
  }),
  msg({
    id: "server.video_failed",
    message: "We couldn’t prepare this film. Choose another one.",
    comment: "We couldn’t prepare this film. Choose another one.",
  }),
  msg({ id: "server.video_not_found", message: "Film not found.", comment: "Film not found." }),
  msg({
    id: "server.video_not_playable",
    message: "This film is still being prepared. Try again in a moment.",
    comment: "This film is still being prepared. Try again in a moment.",
  }),
  msg({
    id: "server.video_not_yours",
    message: "You can only show your own or the host’s films.",
    comment: "You can only show your own or the host’s films.",
  }),
  msg({
    id: "server.webhook_inactive",
    message: "This webhook is paused. Resume it first.",
    comment: "This webhook is paused. Resume it first.",
  }),
  msg({
    id: "server.webhook_not_found",
    message: "Webhook not found.",
    comment: "Webhook not found.",
  }),
  msg({
    id: "server.wrong_code",
    message: "That code isn’t right. Enter the one that your app shows now.",
    comment: "That code isn’t right. Enter the one that your app shows now.",
  }),
  msg({
    id: "server.wrong_credentials",
    message: "Wrong email or password.",
    comment: "Wrong email or password.",
  }),
  msg({
    id: "server.wrong_password",
    message: "Enter your current password.",
    comment: "Enter your current password.",
  }),
  msg({
    id: "server.wrong_proof",
    message: "That isn’t right. Try again, or confirm in another way.",
    comment: "That isn’t right. Try again, or confirm in another way.",
  }),
  msg({
    id: "server.failure.unsupported",
    message: "We can’t read this file. Is it a video?",
    comment: "We can’t read this file. Is it a video?",
  }),
  msg({
    id: "server.failure.no_media",
    message: "This file has no picture or sound.",
    comment: "This file has no picture or sound.",
  }),
  msg({
    id: "server.failure.corrupt",
    message: "This file is damaged and can’t be played.",
    comment: "This file is damaged and can’t be played.",
  }),
  msg({
    id: "server.failure.incomplete",
    message: "The end of this file is missing. Try uploading it again.",
    comment: "The end of this file is missing. Try uploading it again.",
  }),
  msg({
    id: "server.failure.too_long",
    message: "This film is too long for this server.",
    comment: "This film is too long for this server.",
  }),
  msg({
    id: "server.failure.too_large",
    message: "This film is too large for this server.",
    comment: "This film is too large for this server.",
  }),
  msg({
    id: "server.failure.timeout",
    message: "Preparing this film took too long, so we stopped.",
    comment: "Preparing this film took too long, so we stopped.",
  }),
  msg({
    id: "server.failure.internal",
    message: "We couldn’t prepare this film. Ask the admin.",
    comment: "We couldn’t prepare this film. Ask the admin.",
  }),
];

/** Codes of refusals that a mistake in a program causes, or that only administrators see; they stay in English. */
export const ENGLISH_ONLY = new Set(
  (
    "address_expired bad_content_range bad_cursor bad_expiry bad_host bad_idempotency_key " +
    "bad_length_range bad_media_name bad_number bad_path bad_token bad_video_id " +
    "body_too_large dead_letter_not_found delivery_not_found edge_unavailable header_not_signed idempotency_mismatch " +
    "in_progress incomplete_body limit_too_low malformed_json missing_scope no_cost_reported " +
    "no_page no_poster no_such_file no_such_part not_a_link not_a_multiple " +
    "not_first_write not_json not_ready not_resumable not_started offset_too_high " +
    "other_length other_protocol other_size out_of_range signature_malformed signature_mismatch " +
    "signed_header_missing still_refused token_not_found too_deep too_many_bytes unknown_host " +
    "unknown_signer url_expired bad_origin continued_elsewhere local_accounts outside_accounts " +
    "method_not_allowed"
  ).split(" "),
);
