-- +goose Up
-- Since when Teams refuses the bot's messages in a place in which it is, as it does in private channels; 0: it does not, as far as is known.
alter table places add column refused_at bigint not null default 0;

-- +goose Down
alter table places drop column refused_at;
