-- +goose Up
-- The share before, whose card stands there, while another of the same board is being posted or came to nothing.
alter table board_shares add column stands text not null default '';
alter table board_shares add column stands_at bigint not null default 0;
create index board_shares_stands on board_shares (tenant, stands) where stands <> '';

-- +goose Down
drop index board_shares_stands;
alter table board_shares drop column stands_at;
alter table board_shares drop column stands;
