-- +goose Up
create table calendar_entries (
    tenant   text   not null,
    meeting  text   not null,
    state    text   not null,
    event_id text   not null,
    revision bigint not null,
    primary key (tenant, meeting)
);

-- +goose Down
drop table calendar_entries;
