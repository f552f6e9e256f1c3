-- +goose Up
-- What somebody invited answered from the message, and to which edition of the meeting.
alter table meeting_invitees add column answer text not null default '';
alter table meeting_invitees add column answered bigint not null default 0;

-- +goose Down
alter table meeting_invitees drop column answered;
alter table meeting_invitees drop column answer;
