-- +goose Up
-- How often the person has brought the board there, without an hour in between.
alter table board_shares add column times bigint not null default 1;

-- +goose Down
alter table board_shares drop column times;
