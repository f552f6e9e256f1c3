-- +goose Up
create table places (
    tenant       text   not null,
    conversation text   not null,
    kind         text   not null,
    team         text   not null,
    service_url  text   not null,
    name         text   not null,
    installed    bigint not null,
    approved     bigint not null,
    approved_by  text   not null,
    welcomed     bigint not null,
    updated_at   bigint not null,
    primary key (tenant, conversation)
);
create index places_team on places (tenant, team);

create table contacts (
    tenant       text   not null,
    person       text   not null,
    user_id      text   not null,
    name         text   not null,
    locale       text   not null,
    zone         text   not null,
    conversation text   not null,
    service_url  text   not null,
    updated_at   bigint not null,
    primary key (tenant, person)
);

-- +goose Down
drop table contacts;
drop table places;
