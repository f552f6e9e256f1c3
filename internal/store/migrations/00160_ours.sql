-- +goose Up
create index account_grants_account on account_grants (provider, account);
-- Names that are still kept, for when they are not to be any more.
create index meeting_attendance_named on meeting_attendance (tenant) where name <> '';
create index meeting_sessions_ended on meeting_sessions (ended_at) where ended_at > 0;

-- +goose Down
drop index meeting_sessions_ended;
drop index meeting_attendance_named;
drop index account_grants_account;
