-- +goose Up
-- Whether the card of a board that was brought into a conversation is known to stand there.
alter table board_shares add column posted bigint not null default 0;

-- +goose Down
alter table board_shares drop column posted;
