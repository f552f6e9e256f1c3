-- +goose Up
-- What remains of a session, sealed, and when Zoom is asked about it again: 0 for never.
alter table meeting_sessions add column remains bytea;
alter table meeting_sessions add column remains_at bigint not null default 0;
alter table meeting_sessions add column remains_looks bigint not null default 0;
create index meeting_sessions_remains on meeting_sessions (remains_at) where remains_at > 0;

-- +goose Down
drop index meeting_sessions_remains;
alter table meeting_sessions drop column remains_looks;
alter table meeting_sessions drop column remains_at;
alter table meeting_sessions drop column remains;
