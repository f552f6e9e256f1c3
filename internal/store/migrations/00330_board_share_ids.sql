-- +goose Up
-- Shares are found by their ids too.
create index board_shares_id on board_shares (tenant, id);

-- +goose Down
drop index board_shares_id;
