-- +goose Up
-- How often replacing a shared card was begun: of two that cross, the one that showed less sees that it has to show it again.
alter table meeting_shares add column writes bigint not null default 0;

-- +goose Down
alter table meeting_shares drop column writes;
