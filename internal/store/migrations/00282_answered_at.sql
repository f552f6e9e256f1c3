-- +goose Up
-- When somebody invited answered from the message.
alter table meeting_invitees add column answered_at bigint not null default 0;

-- +goose Down
alter table meeting_invitees drop column answered_at;
