-- +goose Up
-- What somebody who is invited has answered by the buttons of the bot's message.
alter table meeting_invitees add column answer text not null default '';

-- +goose Down
alter table meeting_invitees drop column answer;
