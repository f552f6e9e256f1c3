-- +goose Up
-- What somebody has typed into the form of a conversation, on its way into the form of the tab, for an hour: of each person the last.
create table meeting_typed (
    tenant     text   not null,
    person     text   not null,
    id         text   not null,
    place      text   not null,
    input      text   not null,
    expires_at bigint not null,
    primary key (tenant, person)
);

-- +goose Down
drop table meeting_typed;
