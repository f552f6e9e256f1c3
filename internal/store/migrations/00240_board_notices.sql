-- +goose Up
-- That a whiteboard was shared with somebody, or that somebody was mentioned on one: what a message is about. mark is what makes a notice the same again.
create table board_notices (
    tenant text   not null,
    id     text   not null,
    person text   not null,
    kind   text   not null,
    mark   text   not null,
    board  text   not null,
    author text   not null,
    at     bigint not null,
    primary key (tenant, id),
    unique (tenant, person, kind, mark)
);
create index board_notices_at on board_notices (at);
alter table person_settings add column boards bigint not null default 1;

-- +goose Down
alter table person_settings drop column boards;
drop table board_notices;
