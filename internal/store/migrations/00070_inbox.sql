-- +goose Up
create table inbox (
    tenant      text   not null,
    source      text   not null,
    key         text   not null,
    body        bytea,
    received_at bigint not null,
    primary key (tenant, source, key)
);
create index inbox_received on inbox (received_at);

-- +goose Down
drop table inbox;
