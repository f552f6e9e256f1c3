-- +goose Up
-- Messages about mentions on whiteboards are chosen apart from those about whiteboards that are shared. Who wants none had switched both off.
alter table person_settings add column mentions bigint not null default 1;
update person_settings set mentions = boards;

-- +goose Down
alter table person_settings drop column mentions;
